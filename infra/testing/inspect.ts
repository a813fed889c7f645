import type { Template } from 'aws-cdk-lib/assertions';

// biome-ignore lint/suspicious/noExplicitAny: templates are free-form JSON
export type Json = any;

/** All resources of a type, by logical id. */
export function resources(template: Template, type: string): Record<string, Json> {
  return template.findResources(type);
}

/** The properties of all resources of a type. */
export function properties(template: Template, type: string): Json[] {
  return Object.values(resources(template, type)).map((resource) => resource.Properties ?? {});
}

/** Properties of the function with that physical name. */
export function functionNamed(template: Template, name: string): Json {
  const found = properties(template, 'AWS::Lambda::Function').find((candidate) => candidate.FunctionName === name);
  if (found === undefined) throw new Error(`The template has no function called ${name}.`);
  return found;
}

/** The statements of the function's own policy: `action -> resource`, each in the text form of its JSON. */
export function permissions(template: Template, functionName: string): { action: string; resource: string }[] {
  const role = functionNamed(template, functionName).Role['Fn::GetAtt'][0];
  return properties(template, 'AWS::IAM::Policy')
    .filter(({ Roles }) => Roles.some((each: Json) => each.Ref === role))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action: string) =>
          [Resource].flat().map((resource: Json) => ({ action, resource: JSON.stringify(resource) })),
        ),
    );
}

/** Where the function's security group lets it go: one `<security group or CIDR>:<port>` for each rule, sorted. */
export function reach(template: Template, functionName: string): string[] {
  const groups = functionNamed(template, functionName).VpcConfig.SecurityGroupIds;
  if (groups.length !== 1) throw new Error(`${functionName} should have one security group.`);
  const group = groups[0]['Fn::GetAtt'][0];
  const inline: Json[] = resources(template, 'AWS::EC2::SecurityGroup')[group].Properties.SecurityGroupEgress ?? [];
  const separate = properties(template, 'AWS::EC2::SecurityGroupEgress').filter(
    ({ GroupId }) => GroupId['Fn::GetAtt'][0] === group,
  );
  return [...inline, ...separate].map((rule) => `${destination(rule)}:${rule.FromPort ?? 'any'}`).sort();
}

function destination(rule: Json): string {
  if (rule.CidrIp !== undefined) return rule.CidrIp;
  const text = JSON.stringify(rule.DestinationSecurityGroupId);
  return /SecretsManager|shard\d+|Kafka/.exec(text)?.[0] ?? text;
}
