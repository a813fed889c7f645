import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { stackOf } from '../assembly/deploy-fixture.ts';
import { explain } from '../assembly/explain.ts';
import { UNKNOWN } from '../assembly/known-values.ts';
import type { ResourceDeclaration } from '../assembly/template.ts';
import { passedOver, problemsOf } from './property-check.ts';
import { notSupported, parsed } from './provider.ts';
import { servicesFixture } from './services-fixture.ts';

const at = (path: string) => ({ 'aws:cdk:path': path });
const resources: Record<string, ResourceDeclaration> = {
  Queue: { Type: 'AWS::SQS::Queue', Metadata: at('app/Jobs/Queue/Resource') },
  Role: { Type: 'AWS::IAM::Role', Properties: {} },
  Nightly: {
    Type: 'AWS::Events::Rule',
    Properties: { ScheduleExpression: 'cron(0 0 * * * *)', Targets: [{ Arn: { 'Fn::GetAtt': ['Python', 'Arn'] } }] },
  },
  Distribution: {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      DistributionConfig: {
        DefaultCacheBehavior: {
          TargetOriginId: 'site',
          FunctionAssociations: [{ FunctionARN: { Ref: 'Rewrite' } }],
        },
        Origins: [{ Id: 'site', DomainName: { 'Fn::GetAtt': ['Bucket', 'RegionalDomainName'] } }],
      },
    },
  },
  Bucket: { Type: 'AWS::S3::Bucket' },
  Rewrite: { Type: 'AWS::CloudFront::Function' },
  Python: {
    Type: 'AWS::Lambda::Function',
    Properties: { Runtime: 'python3.13', Handler: 'index.handler', Code: { ZipFile: 'pass' }, Role: { Ref: 'Role' } },
  },
};

it('what cannot run is listed at once, types and properties of all stacks, with its place in the app and the reason', async () => {
  const { deploy, iam } = servicesFixture();
  const stacks = [
    stackOf('app', { Resources: resources }),
    stackOf('more', { Resources: { Topic: { Type: 'AWS::SQS::Queue' } } }),
  ];
  const refusal = await deploy(stacks).then(String, (error: Error) => error.message);
  expect(refusal.split('\n').slice(1, -1)).toEqual([
    '  app/Queue (AWS::SQS::Queue) at app/Jobs/Queue/Resource: its type is not supported',
    expect.stringMatching(/^ {2}app\/Nightly \(AWS::Events::Rule\): ScheduleExpression: .* must be \?$/),
    expect.stringMatching(/^ {2}app\/Distribution .*FunctionAssociations: is not supported by the local runner$/),
    '  app/Rewrite (AWS::CloudFront::Function): its type is not supported',
    expect.stringMatching(
      /^ {2}app\/Python .*functions in python3\.13 do not run here.* app\/Nightly \(AWS::Events::Rule\) calls/,
    ),
    '  more/Topic (AWS::SQS::Queue): its type is not supported',
  ]);
  expect(iam.principals).toBeDefined();
});

it('what the local run does not have at all is left out, with the reason: WAF, alarms, canaries, rotation', () => {
  const types = [
    'CodeDeploy::DeploymentGroup',
    'CloudWatch::Alarm',
    'SecretsManager::RotationSchedule',
    'WAFv2::WebACLAssociation',
  ];
  const Resources = Object.fromEntries(types.map((type, index) => [`R${index}`, { Type: `AWS::${type}` }]));
  const text = explain([stackOf('app', { Resources })], servicesFixture().services);
  expect(text).toContain('0 run, 4 ignored, 0 unknown');
  for (const type of types) expect(text).toMatch(new RegExp(`^  AWS::${type} +1  \\w`, 'm'));
});

it('a value that depends on other resources is judged when they exist, unless its property is not supported at all', () => {
  const schema = z.object({
    Arn: z.string().regex(/:function:/, 'only functions'),
    Count: z.coerce.number().optional(),
    When: parsed((text) => new URL(text)).optional(),
    Filter: notSupported,
  });
  expect(problemsOf(schema, { Arn: UNKNOWN, Count: UNKNOWN, When: UNKNOWN })).toEqual([]);
  expect(problemsOf(schema, { Arn: 'arn:aws:sqs:1', Filter: { Ref: UNKNOWN } })).toEqual([
    'Arn: only functions',
    'Filter: is not supported by the local runner',
  ]);
  expect(problemsOf(schema, {})).toEqual([expect.stringMatching(/^Arn: /)]);
});

it('declared properties that nothing reads are known by their paths, but not notes', () => {
  const schema = z.object({
    Name: z.string(),
    Items: z.array(z.object({ Id: z.string() })).optional(),
    Any: z.record(z.string(), z.string()).optional(),
    Kind: z.union([z.object({ A: z.string() }), z.object({ B: z.string() })]).optional(),
  });
  const declared = {
    Name: 'x',
    Tags: [],
    Throttling: { Rate: 1 },
    Items: [
      { Id: '1', Retries: 2 },
      { Id: '2', Retries: 3 },
    ],
    Any: { a: 'b' },
    Kind: { B: 'b', C: 'c' },
  };
  expect(passedOver(schema, declared)).toEqual(['Throttling', 'Items[].Retries', 'Kind.C']);
});

it('explain names properties without effect, such as those of a bucket that keeps versions, and none that a function gets', () => {
  const Properties = { BucketName: 'things', VersioningConfiguration: { Status: 'Enabled' } };
  const stack = stackOf('app', { Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties } } });
  const table = { Type: 'Custom::Table', Properties: { ServiceToken: 'arn', sql: 'SELECT 1' } };
  const functions = stackOf('functions', { Resources: { Table: table } });
  expect(explain([stack, functions], servicesFixture().services)).toContain(
    'run, but these of their properties have no effect\n  AWS::S3::Bucket  VersioningConfiguration\n\n',
  );
});

describe('a property that would change the behaviour is refused:', () => {
  const AUTH = { Sasl: { Iam: { Enabled: true } } };
  const distribution = (config: object) => ({ DistributionConfig: config });
  const origin = (settings: object) => distribution({ Origins: [settings] });

  it.each([
    ['AWS::Lambda::Function', { Layers: [{ Ref: UNKNOWN }] }, 'Layers'],
    ['AWS::Lambda::Function', { FileSystemConfigs: [{}] }, 'FileSystemConfigs'],
    ['AWS::Lambda::Function', { PackageType: 'Image' }, 'PackageType'],
    ['AWS::Lambda::Function', { TenancyConfig: {} }, 'TenancyConfig'],
    ['AWS::Lambda::Function', { DurableConfig: {} }, 'DurableConfig'],
    ['AWS::Lambda::Function', { CapacityProviderConfig: {} }, 'CapacityProviderConfig'],
    ['AWS::Lambda::Permission', { InvokedViaFunctionUrl: true }, 'InvokedViaFunctionUrl'],
    ['AWS::S3::Bucket', { NotificationConfiguration: {} }, 'NotificationConfiguration'],
    ['AWS::S3::Bucket', { ReplicationConfiguration: {} }, 'ReplicationConfiguration'],
    ['AWS::S3::Bucket', { WebsiteConfiguration: {} }, 'WebsiteConfiguration'],
    ['AWS::S3::Bucket', { ObjectLockEnabled: 'true' }, 'ObjectLockEnabled'],
    ['AWS::S3::Bucket', { AccessControl: 'PublicRead' }, 'AccessControl'],
    [
      'AWS::S3::Bucket',
      {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: UNKNOWN } },
          ],
        },
      },
      'BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID',
    ],
    ['AWS::RDS::DBInstance', { EnableIAMDatabaseAuthentication: true }, 'EnableIAMDatabaseAuthentication'],
    ['AWS::RDS::DBInstance', { ManageMasterUserPassword: true }, 'ManageMasterUserPassword'],
    ['AWS::RDS::DBInstance', { DBSnapshotIdentifier: 'yesterday' }, 'DBSnapshotIdentifier'],
    ['AWS::RDS::DBInstance', { SourceDBInstanceIdentifier: 'main' }, 'SourceDBInstanceIdentifier'],
    ['AWS::MSK::Cluster', {}, 'ClientAuthentication'],
    [
      'AWS::MSK::Cluster',
      { ClientAuthentication: { Sasl: { Iam: { Enabled: false } } } },
      'ClientAuthentication.Sasl.Iam.Enabled',
    ],
    [
      'AWS::MSK::Cluster',
      { ClientAuthentication: { ...AUTH, Tls: { Enabled: true } } },
      'ClientAuthentication.Tls.Enabled',
    ],
    [
      'AWS::MSK::Cluster',
      { ClientAuthentication: { ...AUTH, Unauthenticated: { Enabled: true } } },
      'ClientAuthentication.Unauthenticated.Enabled',
    ],
    ['AWS::EC2::VPC', { EnableDnsSupport: false }, 'EnableDnsSupport'],
    ['AWS::ApiGateway::RestApi', { CloneFrom: 'abc' }, 'CloneFrom'],
    ['AWS::ApiGateway::Deployment', { StageName: 'v1', DeploymentCanarySettings: {} }, 'DeploymentCanarySettings'],
    ['AWS::CloudFront::Distribution', distribution({ Enabled: false }), 'DistributionConfig.Enabled'],
    ['AWS::CloudFront::Distribution', distribution({ OriginGroups: {} }), 'DistributionConfig.OriginGroups'],
    [
      'AWS::CloudFront::Distribution',
      distribution({ DefaultCacheBehavior: { TrustedKeyGroups: [] } }),
      'DistributionConfig.DefaultCacheBehavior.TrustedKeyGroups',
    ],
    [
      'AWS::CloudFront::Distribution',
      origin({ OriginCustomHeaders: [] }),
      'DistributionConfig.Origins.0.OriginCustomHeaders',
    ],
    [
      'AWS::CloudFront::Distribution',
      origin({ S3OriginConfig: { OriginAccessIdentity: 'origin-access-identity/cloudfront/E1' } }),
      'DistributionConfig.Origins.0.S3OriginConfig.OriginAccessIdentity',
    ],
    [
      'AWS::CloudFront::OriginAccessControl',
      { OriginAccessControlConfig: { SigningBehavior: 'never' } },
      'OriginAccessControlConfig.SigningBehavior',
    ],
    [
      'AWS::Serverless::Application',
      { Location: { ApplicationId: 'arn:aws:serverlessrepo:us-east-1:1:applications/shop' } },
      'Location.ApplicationId',
    ],
  ])('of %s, %j', (Type, properties, path) => {
    const provider = servicesFixture().services.providerOf({ Type, Properties: properties } as ResourceDeclaration);
    expect(provider?.problems?.(properties).filter((problem) => problem.startsWith(`${path}: `))).toHaveLength(1);
  });
});

it('a topic is left out when it is for alarms alone, and refused when something that runs uses it', () => {
  const topic = { Type: 'AWS::SNS::Topic' };
  const alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmActions: [{ Ref: 'Topic' }] } };
  const policy = { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: { Resource: { Ref: 'Topic' } } } };
  const explanation = (others: object) =>
    explain([stackOf('app', { Resources: { Topic: topic, ...others } })], servicesFixture().services);
  expect(explanation({ Alarm: alarm })).toMatch(/ AWS::SNS::Topic +1 {2}only alarms send messages/);
  expect(explanation({ Alarm: alarm, Policy: policy })).toContain(
    'refuses to start: topics are not supported, and app/Policy (AWS::IAM::Policy) uses this one: app/Topic',
  );
});
