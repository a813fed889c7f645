import { describe, expect, it } from 'vitest';
import {
  functionNamed,
  type Json,
  permissions,
  properties,
  reach,
  resources,
  tlsOnlyBuckets,
} from '../testing/inspect.ts';
import { consumeFrom, POLLING, produceTo, signInTo, union } from '../testing/rights.ts';
import { synthesize } from '../testing/templates.ts';

const stacks = synthesize({ stage: 'dev', receiptsBucket: 'order-receipts' });
const { Orders: dev } = stacks;

const SHARD_MAP = JSON.stringify([
  { id: 1, from: 'A', to: 'M', secret: 'orderflow/dev/shard1/orderuser' },
  { id: 2, from: 'N', to: 'Z', secret: 'orderflow/dev/shard2/orderuser' },
]);
const POSTGRES_VARIABLES = {
  NODE_OPTIONS: '--enable-source-maps',
  NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
  SHARD_MAP,
};
const S3_AND_KAFKA_VARIABLES = {
  RECEIPTS_BUCKET: { Ref: expect.stringContaining('ReceiptsBucket') },
  KAFKA_BROKERS: { 'Fn::ImportValue': expect.stringContaining('BootstrapBrokerStringSaslIam') },
  ORDERS_TOPIC: 'orders',
};
const SIGN_IN = union(signInTo('shard1', 'shard2'));
const PUT_RECEIPTS = ['s3:PutObject ReceiptsBucket/receipts/*'];
const SHARDS = ['SecretsManager:443', 'shard1:5432', 'shard2:5432'];
const SHARDS_S3_AND_KAFKA = ['0.0.0.0/0:443', 'Kafka:9098', ...SHARDS];

describe.each([
  {
    name: 'create-order',
    variables: { ...POSTGRES_VARIABLES, ...S3_AND_KAFKA_VARIABLES },
    rights: union(SIGN_IN, PUT_RECEIPTS, produceTo('orders')),
    destinations: SHARDS_S3_AND_KAFKA,
  },
  {
    name: 'list-orders',
    variables: POSTGRES_VARIABLES,
    rights: SIGN_IN,
    destinations: SHARDS,
  },
  {
    name: 'health',
    variables: { ...POSTGRES_VARIABLES, ...S3_AND_KAFKA_VARIABLES },
    rights: union(SIGN_IN, [
      's3:ListBucket ReceiptsBucket',
      'kafka-cluster:Connect cluster',
      'kafka-cluster:DescribeTopic topic/orders',
    ]),
    destinations: SHARDS_S3_AND_KAFKA,
  },
  {
    name: 'relay-outbox',
    timeout: 55,
    variables: { ...POSTGRES_VARIABLES, ...S3_AND_KAFKA_VARIABLES, REPUBLISH_AFTER_MINUTES: '10' },
    rights: union(SIGN_IN, PUT_RECEIPTS, produceTo('orders')),
    destinations: SHARDS_S3_AND_KAFKA,
  },
  {
    name: 'confirm-orders',
    timeout: 60,
    variables: POSTGRES_VARIABLES,
    rights: union(SIGN_IN, POLLING, consumeFrom('order-confirmations', 'order-confirmation-group')),
    destinations: SHARDS,
  },
])('$name', ({ name, timeout = 10, variables, rights, destinations }) => {
  const functionName = `orderflow-dev-${name}`;

  it('is told exactly what it needs', () => {
    expect(functionNamed(dev, functionName).Environment.Variables).toEqual(variables);
  });

  it('may do exactly what it needs', () => {
    expect(permissions(dev, functionName)).toEqual(rights);
  });

  it('reaches exactly what it needs', () => {
    expect(reach(dev, functionName)).toEqual(destinations);
  });

  it('runs on Node 24, in the network, with a log group that does not grow for ever', () => {
    expect(functionNamed(dev, functionName)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: timeout,
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } },
      VpcConfig: { SubnetIds: [expect.anything(), expect.anything()] },
    });
    dev.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: `/aws/lambda/${functionName}`,
      RetentionInDays: 7,
    });
  });
});

describe('delivery', () => {
  const [relay] = Object.keys(resources(dev, 'AWS::Lambda::Function')).filter((id) => id.startsWith('RelayOutbox'));

  it('of what is overdue is tried every minute, by the relay and nothing else', () => {
    const rules = Object.values(stacks).flatMap((template) => properties(template, 'AWS::Events::Rule'));
    expect(rules).toEqual([
      expect.objectContaining({
        ScheduleExpression: 'rate(1 minute)',
        State: 'ENABLED',
        Targets: [{ Id: 'Target0', Arn: { 'Fn::GetAtt': [relay, 'Arn'] } }],
      }),
    ]);
    const [rule] = Object.keys(resources(dev, 'AWS::Events::Rule'));
    const callers = properties(dev, 'AWS::Lambda::Permission').filter(
      ({ Principal }) => Principal === 'events.amazonaws.com',
    );
    expect(callers).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [relay, 'Arn'] },
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [rule, 'Arn'] },
      },
    ]);
  });

  it('of an order that nobody confirmed begins again when the context says', () => {
    const { Orders } = synthesize({ republishAfterMinutes: '3' });
    const { Variables } = functionNamed(Orders, 'orderflow-dev-relay-outbox').Environment;
    expect(Variables.REPUBLISH_AFTER_MINUTES).toBe('3');
  });

  it('of a confirmation is tried without end: no limit of attempts or age, no destination', () => {
    const [mapping] = Object.values(resources(dev, 'AWS::Lambda::EventSourceMapping'));
    expect(mapping.Properties).toEqual({
      FunctionName: { Ref: expect.stringContaining('ConfirmOrders') },
      EventSourceArn: { 'Fn::ImportValue': expect.stringContaining('KafkaCluster') },
      Topics: ['order-confirmations'],
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'order-confirmation-group' },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ProvisionedPollerConfig: { MinimumPollers: 1, PollerGroupName: 'orderflow-dev' },
    });
    const [policy] = Object.keys(resources(dev, 'AWS::IAM::Policy')).filter((id) => id.startsWith('ConfirmOrders'));
    expect(mapping.DependsOn).toEqual([policy]);
  });
});

describe('receipts', () => {
  it('lie in a private, encrypted bucket with the name that was asked for', () => {
    dev.hasResourceProperties('AWS::S3::Bucket', {
      BucketName: 'order-receipts',
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  it('are reached with TLS alone', () => {
    expect(tlsOnlyBuckets(dev)).toEqual(Object.keys(resources(dev, 'AWS::S3::Bucket')));
  });

  it('lie in a bucket that CloudFormation names and keeps, in prod', () => {
    const { Orders: prod } = synthesize({ stage: 'prod' });
    expect(properties(prod, 'AWS::S3::Bucket')[0].BucketName).toBeUndefined();
    prod.allResources('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    prod.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });
});

describe('api', () => {
  it('is regional and has the routes of the contract', () => {
    dev.hasResourceProperties('AWS::ApiGateway::RestApi', { EndpointConfiguration: { Types: ['REGIONAL'] } });
    const routes = properties(dev, 'AWS::ApiGateway::Method')
      .filter(({ HttpMethod }) => HttpMethod !== 'OPTIONS')
      .map(({ HttpMethod, Integration }) => {
        const [handler] = /(CreateOrder|ListOrders|Health)/.exec(JSON.stringify(Integration.Uri)) ?? [];
        return `${HttpMethod} ${Integration.Type} ${handler}`;
      });
    expect(routes.sort()).toEqual(['GET AWS_PROXY Health', 'GET AWS_PROXY ListOrders', 'POST AWS_PROXY CreateOrder']);
  });

  it('answers the preflight of any origin', () => {
    const preflights = properties(dev, 'AWS::ApiGateway::Method').filter(({ HttpMethod }) => HttpMethod === 'OPTIONS');
    expect(preflights).not.toHaveLength(0);
    for (const { Integration } of preflights) {
      expect(Integration.IntegrationResponses[0].ResponseParameters).toEqual({
        'method.response.header.Access-Control-Allow-Headers': "'Content-Type,Idempotency-Key,Authorization'",
        'method.response.header.Access-Control-Allow-Origin': "'*'",
        'method.response.header.Access-Control-Allow-Methods': "'GET,POST,OPTIONS'",
        'method.response.header.Access-Control-Expose-Headers': "'Location,Retry-After,Idempotent-Replayed'",
      });
    }
  });

  const gatewayResponses: Record<string, Json> = Object.fromEntries(
    properties(dev, 'AWS::ApiGateway::GatewayResponse').map((response) => [response.ResponseType, response]),
  );

  it('gives every error of the gateway the shape of its own, readable from any origin', () => {
    expect(gatewayResponses).toHaveProperty('DEFAULT_4XX');
    expect(gatewayResponses).toHaveProperty('DEFAULT_5XX');
    for (const { ResponseTemplates, ResponseParameters } of Object.values(gatewayResponses)) {
      const body = ResponseTemplates['application/json'].replace('$context.error.messageString', '"Forbidden"');
      expect(JSON.parse(body)).toEqual({ error: expect.any(String) });
      expect(ResponseParameters).toMatchObject({
        'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
        'gatewayresponse.header.Access-Control-Expose-Headers': "'Location,Retry-After,Idempotent-Replayed'",
      });
    }
  });

  it('answers 404 to an unknown route, and keeps the status of every other error', () => {
    const { MISSING_AUTHENTICATION_TOKEN: unknownRoute, ...others } = gatewayResponses;
    expect(unknownRoute.StatusCode).toBe('404');
    for (const other of Object.values(others)) expect(other.StatusCode).toBeUndefined();
  });

  it('says where it is', () => {
    dev.hasOutput('ApiUrl', {});
    dev.hasOutput('ReceiptsBucketName', {});
  });
});
