import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ONE_SHARD_PER_LETTER, STAGE_CONTEXTS } from './example-contexts.ts';
import { synthesizeApp } from './synthesize.ts';
import { type Json, properties, resources } from './testing/inspect.ts';
import { templatesOf } from './testing/templates.ts';

const PARTS = ['network', 'alerts', 'shards', 'stream', 'orders', 'consumer', 'frontend', 'observability'];

describe.each(['dev', 'prod'] as const)('the stacks of %s', (name) => {
  const stacks = synthesizeApp(STAGE_CONTEXTS[name]).node.children.filter((child) => Stack.isStack(child));

  it('bear the name of stage and part, and say what they are', () => {
    expect(stacks.map(({ stackName }) => stackName)).toEqual(PARTS.map((part) => `orderflow-${name}-${part}`));
    for (const stack of stacks) {
      expect(Template.fromStack(stack).toJSON().Description).toMatch(new RegExp(`^OrderFlow ${name}: \\S`));
    }
  });

  it('are tagged for whoever pays the bill', () => {
    for (const stack of stacks) expect(stack.tags.tagValues()).toEqual({ project: 'orderflow', stage: name });
  });

  it(name === 'prod' ? 'cannot be deleted by a slip' : 'can be deleted', () => {
    for (const stack of stacks) expect(stack.terminationProtection).toBe(name === 'prod');
  });

  it('depend on earlier stacks alone', () => {
    stacks.forEach((stack, index) => {
      for (const other of stack.dependencies) expect(stacks.indexOf(other)).toBeLessThan(index);
    });
  });

  const templates = Object.values(templatesOf(STAGE_CONTEXTS[name]));

  it('can stand in two Regions of an account: names that are unique in an account end in the Region', () => {
    const names = templates.flatMap((template) => [
      ...properties(template, 'AWS::CloudFront::ResponseHeadersPolicy').map(
        (each) => each.ResponseHeadersPolicyConfig.Name,
      ),
      ...properties(template, 'AWS::CloudFront::OriginAccessControl').map(
        (each) => each.OriginAccessControlConfig.Name,
      ),
      ...properties(template, 'AWS::CloudWatch::Dashboard').map((each) => each.DashboardName),
    ]);
    expect(names).toHaveLength(3);
    for (const each of names) {
      expect(each).toEqual({ 'Fn::Join': ['', [`orderflow-${name}-`, { Ref: 'AWS::Region' }]] });
    }
  });

  it('leave CloudFormation to name roles and policies, which are unique in an account as well', () => {
    for (const template of templates) {
      for (const type of ['AWS::IAM::Role', 'AWS::IAM::ManagedPolicy']) {
        for (const each of properties(template, type)) {
          expect(each.RoleName ?? each.ManagedPolicyName).toBeUndefined();
        }
      }
    }
  });

  it(`${name === 'prod' ? 'keep' : 'take with them'} everything that holds data`, () => {
    const held = templates.flatMap((template) =>
      [
        'AWS::RDS::DBInstance',
        'AWS::SecretsManager::Secret',
        'AWS::MSK::Cluster',
        'AWS::MSK::Topic',
        'AWS::S3::Bucket',
        'AWS::Logs::LogGroup',
      ].flatMap((type) => Object.values<Json>(resources(template, type))),
    );
    expect(held.length).toBeGreaterThan(20);
    for (const { DeletionPolicy } of held)
      expect(DeletionPolicy).toBe(name === 'prod' ? 'RetainExceptOnCreate' : 'Delete');
  });

  it('leave AWS no say in what roles may do, but for the log of the API', () => {
    const text = JSON.stringify(templates.map((template) => template.toJSON().Resources));
    const policies = [...text.matchAll(/iam::aws:policy\/([^"\]]*)/g)].map(([, policy]) => policy);
    expect([...new Set(policies)]).toEqual(['service-role/AmazonAPIGatewayPushToCloudWatchLogs']);
  });

  it('have a log group that ends for every function, and no function that makes one by itself', () => {
    for (const template of templates) {
      const groups = Object.keys(resources(template, 'AWS::Logs::LogGroup'));
      for (const { LoggingConfig } of properties(template, 'AWS::Lambda::Function')) {
        expect(groups).toContain(LoggingConfig.LogGroup.Ref);
      }
      for (const { RetentionInDays } of properties(template, 'AWS::Logs::LogGroup')) {
        expect(RetentionInDays).toBe(name === 'prod' ? 90 : 7);
      }
      expect(JSON.stringify(template.toJSON())).not.toContain('logs:CreateLogGroup');
    }
  });
});

describe('with a shard for each letter', () => {
  const templates = Object.values(templatesOf({ ...STAGE_CONTEXTS.prod, shards: ONE_SHARD_PER_LETTER }));

  it('no stack comes near the 500 resources that CloudFormation allows', () => {
    for (const template of templates) {
      expect(Object.keys(template.toJSON().Resources).length).toBeLessThan(450);
    }
  });

  it('no security group has more than the 60 rules in a direction that a VPC allows', () => {
    for (const direction of ['Ingress', 'Egress']) {
      const counts = rulesByGroup(templates, direction);
      expect(Math.max(...counts.values())).toBeGreaterThan(2);
      for (const [group, rules] of counts) expect(rules, group).toBeLessThanOrEqual(60);
    }
  });

  it('no role has more in its policies than the 10,240 characters that IAM allows', () => {
    for (const template of templates) {
      for (const [id, { Properties: role }] of Object.entries<Json>(resources(template, 'AWS::IAM::Role'))) {
        const attached = properties(template, 'AWS::IAM::Policy').filter(({ Roles }) =>
          Roles.some((each: Json) => each.Ref === id),
        );
        const documents = [...(role.Policies ?? []), ...attached].map(({ PolicyDocument }) => deployed(PolicyDocument));
        expect(documents.join('').length, id).toBeLessThan(10_240);
      }
    }
  });
});

/** How many rules each security group gets in a direction, from all stacks. */
function rulesByGroup(templates: readonly Template[], direction: string): Map<string, number> {
  const exported = new Map<string, Json>(
    templates.flatMap((template) =>
      Object.values<Json>(template.toJSON().Outputs ?? {}).map(({ Export, Value }) => [Export?.Name, Value]),
    ),
  );
  const counts = new Map<string, number>();
  const count = (group: Json, rules: number) => {
    const key = JSON.stringify(group);
    counts.set(key, (counts.get(key) ?? 0) + rules);
  };
  for (const template of templates) {
    for (const [id, { Properties: group }] of Object.entries<Json>(resources(template, 'AWS::EC2::SecurityGroup'))) {
      count({ 'Fn::GetAtt': [id, 'GroupId'] }, group[`SecurityGroup${direction}`]?.length ?? 0);
    }
    for (const { GroupId } of properties(template, `AWS::EC2::SecurityGroup${direction}`)) {
      count(exported.get(GroupId['Fn::ImportValue']) ?? GroupId, 1);
    }
  }
  return counts;
}

/** A policy document at the length that it has once CloudFormation has put ARNs of 100 characters for its references. */
function deployed(document: Json): string {
  return JSON.stringify(document, (_key, value) =>
    value !== null && typeof value === 'object' && Object.keys(value).some((key) => /^(Ref$|Fn::)/.test(key))
      ? 'a'.repeat(100)
      : value,
  );
}
