import { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { LOCALSTACK_CONTEXT, STAGE_CONTEXTS } from '../example-contexts.ts';
import { synthesizeApp } from '../synthesize.ts';
import { functionFolders, functionNamed, type Json, properties, resources } from '../testing/inspect.ts';
import { type Part, templatesOf } from '../testing/templates.ts';
import { SUPPORTED_TYPES } from './supported-types.ts';

const PARTS = ['Shards', 'Stream', 'Orders', 'Consumer', 'Frontend'] as const;
const CLUSTER = 'arn:aws:kafka:us-east-1:000000000000:cluster/orderflow-dev/00000000-0000-0000-0000-000000000000-1';

const templates = templatesOf(LOCALSTACK_CONTEXT);
const { Shards, Orders, Consumer, Frontend } = templates;
const elsewhere = templatesOf({
  ...LOCALSTACK_CONTEXT,
  shardAddresses: '127.0.0.1:15432,127.0.0.1:15433',
  kafkaBrokers: '127.0.0.1:19092',
  apiUrl: 'http://127.0.0.1:18080',
  s3Endpoint: 'http://127.0.0.1:14566',
});

describe('the stacks', () => {
  it('are those of dev that do not look after a network or alarms', () => {
    const stacks = synthesizeApp(LOCALSTACK_CONTEXT).node.children.filter((child) => Stack.isStack(child));
    expect(stacks.map(({ stackName }) => stackName)).toEqual(
      ['shards', 'stream', 'orders', 'consumer', 'frontend'].map((part) => `orderflow-dev-${part}`),
    );
  });

  it.each(PARTS)('of %s have resources, and none that LocalStack fakes or refuses', (part) => {
    const types = Object.values<Json>(templates[part].toJSON().Resources).map(({ Type }) => Type);
    expect(types).not.toEqual([]);
    expect(types.filter((type) => !SUPPORTED_TYPES.has(type))).toEqual([]);
  });

  it.each(PARTS)('of %s refer to nothing that is not there', (part) => {
    expect(danglingReferences(templates[part])).toEqual([]);
  });

  it('go without leaving anything behind but what goes with the API', () => {
    const kept = PARTS.flatMap((part) => Object.values<Json>(templates[part].toJSON().Resources))
      .filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy !== 'Delete')
      .map(({ Type }) => Type);
    expect(kept).toEqual(['AWS::ApiGateway::Deployment']);
  });
});

describe('external resources', () => {
  it('of shards: the databases, with where they are and their secrets, and the migration', () => {
    expect(external('Shards')).toEqual([
      ...[1, 2].map((number) => ({
        Type: 'AWS::RDS::DBInstance',
        Properties: {
          DBInstanceIdentifier: `orderflow-dev-shard${number}`,
          Engine: 'postgres',
          EngineVersion: '18',
          DBName: `orders_shard${number}`,
          MasterUsername: 'postgres',
        },
        StandIn: {
          Host: `shard${number}`,
          Port: 5432,
          Secrets: ['master', 'orderuser', 'ordermover'].map((user) => `orderflow/dev/shard${number}/${user}`),
        },
      })),
      { Type: 'Custom::Trigger', Properties: { HandlerArn: 'orderflow-dev-migrate-shards' }, StandIn: {} },
    ]);
  });

  it('of the stream: everything, topics with what they are on AWS but for their copies', () => {
    const [configuration, cluster, ...topics] = external('Stream');
    expect(configuration).toEqual({
      Type: 'AWS::MSK::Configuration',
      Properties: {
        Name: 'orderflow-dev',
        ServerProperties: 'auto.create.topics.enable=false\ndefault.replication.factor=1\nmin.insync.replicas=1',
      },
      StandIn: {},
    });
    expect(cluster).toEqual({
      Type: 'AWS::MSK::Cluster',
      Properties: { ClusterName: 'orderflow-dev', KafkaVersion: '4.1.x.kraft' },
      StandIn: { BootstrapBrokers: 'kafka:19092' },
    });
    const onAws = properties(templatesOf(STAGE_CONTEXTS.dev).Stream, 'AWS::MSK::Topic');
    expect(onAws).toHaveLength(4);
    expect(topics).toEqual(
      onAws.map((topic) => ({
        Type: 'AWS::MSK::Topic',
        Properties: { ...topic, ClusterArn: CLUSTER, ReplicationFactor: 1 },
        StandIn: {},
      })),
    );
  });

  it.each([
    ['Orders', 'confirm-orders'],
    ['Consumer', 'consume-orders'],
  ] as const)('of %s: the mapping, with what it is on AWS', (part, folder) => {
    const [onAws] = properties(templatesOf(STAGE_CONTEXTS.dev)[part], 'AWS::Lambda::EventSourceMapping');
    expect(external(part)).toEqual([
      {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { ...onAws, FunctionName: `orderflow-dev-${folder}:live`, EventSourceArn: CLUSTER },
        StandIn: {},
      },
    ]);
  });

  it('of the site: CloudFront and the upload', () => {
    expect(external('Frontend')).toEqual([
      {
        Type: 'AWS::CloudFront::Distribution',
        Properties: { DistributionConfig: { Comment: 'OrderFlow dev' } },
        StandIn: { ApiUrl: 'http://localhost:8080' },
      },
      {
        Type: 'Custom::CDKBucketDeployment',
        Properties: {
          DestinationBucketName: 'orderflow-dev-site',
          SourceObjectKeys: [expect.stringMatching(/^[0-9a-f]{64}\.zip$/)],
          SystemMetadata: { 'cache-control': 'no-cache' },
        },
        StandIn: {},
      },
    ]);
  });

  it('is said in literals alone', () => {
    for (const part of PARTS) expect(JSON.stringify(external(part))).not.toMatch(/"(Ref|Fn::\w+)"|\$\{/);
  });

  it('says where the stand-ins are', () => {
    const standIn = (part: Part) => external(part, elsewhere).map(({ StandIn }) => StandIn);
    expect(standIn('Shards').map(({ Host, Port }) => [Host, Port])).toEqual([
      ['127.0.0.1', 15432],
      ['127.0.0.1', 15433],
      [undefined, undefined],
    ]);
    expect(standIn('Stream')[1]).toEqual({ BootstrapBrokers: '127.0.0.1:19092' });
    expect(standIn('Frontend')[0]).toEqual({ ApiUrl: 'http://127.0.0.1:18080' });
  });

  it('is deployed whenever it changes, though CloudFormation takes no update of metadata alone', () => {
    const handles = (of: typeof templates) => PARTS.map((part) => handle(of[part]));
    expect(new Set(handles(templates)).size).toBe(PARTS.length);
    expect(handles(templatesOf({ ...LOCALSTACK_CONTEXT, republishAfterMinutes: 5 }))).toEqual(handles(templates));
    const changed = PARTS.filter((part) => handle(elsewhere[part]) !== handle(templates[part]));
    expect(changed).toEqual(['Shards', 'Stream', 'Frontend']);
  });
});

describe('functions', () => {
  const SHARD_MAP = expect.stringContaining('orderflow/dev/shard2/orderuser');
  const POSTGRES = { SHARD_MAP, DATABASE_TLS: 'off' };
  const MOVERS_MAP = expect.stringContaining('orderflow/dev/shard2/ordermover');
  const KAFKA = { KAFKA_BROKERS: 'kafka:19092', KAFKA_AUTH: 'none' };
  const RECEIPTS_BUCKET = { Ref: expect.stringContaining('ReceiptsBucket') };
  const AUTH = 'none';

  const FUNCTIONS = [
    [
      'Shards',
      'migrate-shards',
      {
        ...POSTGRES,
        MASTER_SECRETS: 'orderflow/dev/{shard}/master',
        MOVER_SECRETS: 'orderflow/dev/{shard}/ordermover',
      },
    ],
    ['Orders', 'create-order', { ...POSTGRES, ...KAFKA, ORDERS_TOPIC: 'orders', RECEIPTS_BUCKET, AUTH }],
    ['Orders', 'list-orders', { ...POSTGRES, AUTH }],
    ['Orders', 'get-stats', { ...POSTGRES, AUTH }],
    ['Orders', 'get-order', { ...POSTGRES, AUTH }],
    [
      'Orders',
      'get-receipt',
      { ...POSTGRES, RECEIPTS_BUCKET, AUTH, RECEIPT_LINKS_ENDPOINT: 'http://s3.localhost.localstack.cloud:4566' },
    ],
    ['Orders', 'describe-api', {}],
    ['Orders', 'overview', { ...POSTGRES, ...KAFKA, AUTH, ORDERS_TOPIC: 'orders', RECEIPTS_BUCKET }],
    ['Orders', 'health', { ...POSTGRES, ...KAFKA, ORDERS_TOPIC: 'orders', RECEIPTS_BUCKET }],
    [
      'Orders',
      'relay-outbox',
      { ...POSTGRES, ...KAFKA, ORDERS_TOPIC: 'orders', RECEIPTS_BUCKET, REPUBLISH_AFTER_MINUTES: '10' },
    ],
    ['Orders', 'confirm-orders', POSTGRES],
    ['Orders', 'move-users', { ...POSTGRES, SHARD_MAP: MOVERS_MAP }],
    ['Orders', 'user-data', { ...POSTGRES, SHARD_MAP: MOVERS_MAP, RECEIPTS_BUCKET }],
    ['Consumer', 'consume-orders', { ...KAFKA, ORDER_CONFIRMATIONS_TOPIC: 'order-confirmations' }],
    [
      'Consumer',
      'dlt',
      {
        ...KAFKA,
        ORDERS_TOPIC: 'orders',
        ORDERS_DLT_TOPIC: 'orders-dlt',
        ORDERS_DLT_HANDLED_TOPIC: 'orders-dlt-handled',
      },
    ],
  ] as const;

  it.each(FUNCTIONS)(
    'of %s: %s is told exactly what it needs, and runs outside of any network',
    (part, name, variables) => {
      const fn = functionNamed(templates[part], `orderflow-dev-${name}`);
      expect(fn.Environment.Variables).toEqual({ STAGE: 'dev', ...variables });
      expect(fn.VpcConfig).toBeUndefined();
    },
  );

  it('are served in their latest version by an alias that never changes: LocalStack could not change it', () => {
    for (const template of [Shards, Orders, Consumer]) {
      template.resourceCountIs('AWS::Lambda::Version', 0);
      for (const alias of Object.values<Json>(resources(template, 'AWS::Lambda::Alias'))) {
        expect(alias.Properties).toMatchObject({ Name: 'live', FunctionVersion: '$LATEST' });
        const [fn = ''] = alias.DependsOn;
        expect(JSON.stringify(alias.Properties)).not.toContain(fn);
        const { FunctionName } = template.toJSON().Resources[fn].Properties;
        expect(JSON.stringify(alias.Properties.FunctionName)).toContain(`:function:${FunctionName}"`);
      }
    }
  });

  it('are those of dev on AWS', () => {
    const onAws = functionFolders(...Object.values(templatesOf(STAGE_CONTEXTS.dev)));
    expect(FUNCTIONS.map(([, name]) => name).sort()).toEqual(onAws.filter((name) => name !== 'rotate-credentials'));
    expect(functionFolders(...Object.values(templates))).toEqual(FUNCTIONS.map(([, name]) => name).sort());
  });

  it('that consume orders have nothing of databases and receipts: no right, no variable, no address', () => {
    const text = JSON.stringify(Consumer.toJSON());
    expect(text).not.toMatch(/secretsmanager|SecretsManager|s3:|shard|5432|DATABASE|ENDPOINT|ImportValue|Bucket(?!")/);
    const roles = properties(Consumer, 'AWS::IAM::Role');
    for (const { ManagedPolicyArns } of roles) expect(ManagedPolicyArns).toBeUndefined();
    const policies = [...roles.flatMap(({ Policies }) => Policies), ...properties(Consumer, 'AWS::IAM::Policy')];
    const actions = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).flatMap(({ Action }) => Action);
    expect(actions).toContain('kafka-cluster:WriteData');
    for (const action of actions) expect(action).toMatch(/^(kafka-cluster|logs):/);
  });
});

describe('secrets', () => {
  it('say what RDS would write into them, with a password of their own until somebody puts in another', () => {
    const secrets = properties(Shards, 'AWS::SecretsManager::Secret').map(({ Name, GenerateSecretString }) => [
      Name,
      JSON.parse(GenerateSecretString.SecretStringTemplate),
      GenerateSecretString.GenerateStringKey,
    ]);
    const expected = [1, 2].flatMap((number) =>
      Object.entries({ master: 'postgres', orderuser: 'orderuser', ordermover: 'ordermover' }).map(
        ([user, username]) => [
          `orderflow/dev/shard${number}/${user}`,
          { engine: 'postgres', host: `shard${number}`, port: 5432, dbname: `orders_shard${number}`, username },
          'password',
        ],
      ),
    );
    expect(secrets).toEqual(expected);
  });
});

describe('addresses', () => {
  it('have names that are known before deployment', () => {
    expect(properties(Orders, 'AWS::ApiGateway::RestApi')[0].Tags).toContainEqual({
      Key: '_custom_id_',
      Value: 'orderflow',
    });
    expect(properties(Orders, 'AWS::ApiGateway::Stage')[0].Tags ?? []).not.toContainEqual(
      expect.objectContaining({ Key: '_custom_id_' }),
    );
    Orders.hasResourceProperties('AWS::S3::Bucket', { BucketName: 'order-receipts' });
    Frontend.hasResourceProperties('AWS::S3::Bucket', {
      BucketName: 'orderflow-dev-site',
      WebsiteConfiguration: { IndexDocument: 'index.html' },
    });
  });

  it('are put out: of the front door, and of the website of the bucket', () => {
    Orders.hasOutput('ApiUrl', { Value: 'http://localhost:8080' });
    elsewhere.Orders.hasOutput('ApiUrl', { Value: 'http://127.0.0.1:18080' });
    const [bucket] = Object.keys(resources(Frontend, 'AWS::S3::Bucket'));
    Frontend.hasOutput('SiteUrl', { Value: { 'Fn::GetAtt': [bucket, 'WebsiteURL'] } });
    expect(functionNamed(elsewhere.Orders, 'orderflow-dev-get-receipt').Environment.Variables).toMatchObject({
      RECEIPT_LINKS_ENDPOINT: 'http://127.0.0.1:14566',
    });
  });
});

/** What a template's metadata say of the resources that are not in it. */
function external(part: Part, of = templates): Json[] {
  return Object.values<Json>(of[part].toJSON().Metadata).map(({ ExternalResource }) => ExternalResource);
}

function handle(template: Template): string | undefined {
  return Object.keys(resources(template, 'AWS::CloudFormation::WaitConditionHandle'))[0];
}

/** What Ref, Fn::GetAtt and DependsOn name that is neither a resource nor a parameter, nor CloudFormation's own. */
function danglingReferences(template: Template): string[] {
  const { Resources, Parameters, Outputs } = template.toJSON();
  const named: string[] = [];
  JSON.stringify({ Resources, Outputs }, (key, value) => {
    if (key === 'Ref' || key === 'DependsOn') named.push(...[value].flat());
    if (key === 'Fn::GetAtt') named.push(value[0]);
    return value;
  });
  return named.filter((name) => !name.startsWith('AWS::') && !(name in { ...Resources, ...Parameters }));
}
