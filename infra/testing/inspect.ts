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

/** What the function's own policies allow: one `<action> <resource>` for each pair, sorted, the resource by a short name. */
export function permissions(template: Template, functionName: string): string[] {
  const role = functionNamed(template, functionName).Role['Fn::GetAtt'][0];
  const statements: Json[] = properties(template, 'AWS::IAM::Policy')
    .filter(({ Roles }) => Roles.some((each: Json) => each.Ref === role))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const pairs = statements.flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} ${shortName(resource)}`)),
  );
  return [...new Set(pairs)].sort();
}

/** Names of the AWS managed policies of the function's role, sorted. */
export function managedPolicies(template: Template, functionName: string): string[] {
  const role = functionNamed(template, functionName).Role['Fn::GetAtt'][0];
  const arns: Json[] = resources(template, 'AWS::IAM::Role')[role].Properties.ManagedPolicyArns;
  return arns.map((arn) => arn['Fn::Join'][1].at(-1).split('/').at(-1)).sort();
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

/** Logical ids of the buckets that refuse every call without TLS. */
export function tlsOnlyBuckets(template: Template): string[] {
  return properties(template, 'AWS::S3::BucketPolicy')
    .filter(({ PolicyDocument }) =>
      PolicyDocument.Statement.some(
        ({ Effect, Action, Principal, Condition }: Json) =>
          Effect === 'Deny' &&
          Action === 's3:*' &&
          Principal.AWS === '*' &&
          Condition?.Bool?.['aws:SecureTransport'] === 'false',
      ),
    )
    .map(({ Bucket }) => Bucket.Ref);
}

// `cluster`, `topic/orders`, `group/readers`, `shard1/orderuser`, or the logical id's beginning and the path behind it.
function shortName(resource: Json): string {
  if (typeof resource === 'string') return resource;
  const text = JSON.stringify(resource);
  const [, kind, name] = /":(topic|group)\/".*"\/([^"]+)"/.exec(text) ?? [];
  if (kind !== undefined) return `${kind}/${name}`;
  const [, shard, user] = /(shard\d+)(Master|Orderuser)Secret/.exec(text) ?? [];
  if (user !== undefined) return `${shard}/${user.toLowerCase()}`;
  if (/KafkaCluster.*Arn/.test(text)) return 'cluster';
  const [, path = ''] = /"(\/[^"]+)"/.exec(text) ?? [];
  return `${/ReceiptsBucket/.exec(text)?.[0] ?? text}${path}`;
}
