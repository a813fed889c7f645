import { describe, expect, it } from 'vitest';
import { functionNamed, type Json, permissions, properties, reach } from '../testing/inspect.ts';
import { synthesize } from '../testing/templates.ts';

const { Orders: dev } = synthesize({ stage: 'dev', receiptsBucket: 'order-receipts' });

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
const SECRET_ACTIONS = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];

describe.each([
  {
    name: 'create-order',
    variables: { ...POSTGRES_VARIABLES, ...S3_AND_KAFKA_VARIABLES },
    actions: [
      ...SECRET_ACTIONS,
      's3:PutObject',
      'kafka-cluster:Connect',
      'kafka-cluster:WriteDataIdempotently',
      'kafka-cluster:DescribeTopic',
      'kafka-cluster:WriteData',
    ],
    destinations: ['0.0.0.0/0:443', 'Kafka:9098', 'SecretsManager:443', 'shard1:5432', 'shard2:5432'],
  },
  {
    name: 'list-orders',
    variables: POSTGRES_VARIABLES,
    actions: SECRET_ACTIONS,
    destinations: ['SecretsManager:443', 'shard1:5432', 'shard2:5432'],
  },
  {
    name: 'health',
    variables: { ...POSTGRES_VARIABLES, ...S3_AND_KAFKA_VARIABLES },
    actions: [...SECRET_ACTIONS, 's3:ListBucket', 'kafka-cluster:Connect', 'kafka-cluster:DescribeTopic'],
    destinations: ['0.0.0.0/0:443', 'Kafka:9098', 'SecretsManager:443', 'shard1:5432', 'shard2:5432'],
  },
])('$name', ({ name, variables, actions, destinations }) => {
  const functionName = `orderflow-dev-${name}`;

  it('is told exactly what it needs', () => {
    expect(functionNamed(dev, functionName).Environment.Variables).toEqual(variables);
  });

  it('may do exactly what it needs', () => {
    const granted = permissions(dev, functionName);
    expect(new Set(granted.map(({ action }) => action))).toEqual(new Set(actions));
  });

  it('reads the application secrets alone', () => {
    const secrets = permissions(dev, functionName).filter(({ action }) => action.startsWith('secretsmanager:'));
    for (const { resource } of secrets) expect(resource).toMatch(/OrderuserSecret/);
  });

  it('reaches exactly what it needs', () => {
    expect(reach(dev, functionName)).toEqual(destinations);
  });

  it('runs on Node 24, in the network, with a log group that does not grow for ever', () => {
    expect(functionNamed(dev, functionName)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 10,
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } },
      VpcConfig: { SubnetIds: [expect.anything(), expect.anything()] },
    });
    dev.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: `/aws/lambda/${functionName}`,
      RetentionInDays: 7,
    });
  });
});

describe('receipts', () => {
  it('are written under receipts/ alone', () => {
    const [write] = permissions(dev, 'orderflow-dev-create-order').filter(({ action }) => action.startsWith('s3:'));
    expect(write?.resource).toMatch(/"\/receipts\/\*"/);
  });

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
