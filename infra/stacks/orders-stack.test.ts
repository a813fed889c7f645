import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../functions/contract/http/routes.ts';
import { RECEIPT_STORED_WITHIN_SECONDS, RELAY_RUN } from '../../functions/domain/delivery-timing.ts';
import { STAGE_CONTEXTS } from '../example-contexts.ts';
import { functionFolders, functionNamed, properties, resources, tlsOnlyBuckets } from '../testing/inspect.ts';
import { templatesOf } from '../testing/templates.ts';

const stacks = templatesOf({ ...STAGE_CONTEXTS.dev, receiptsBucket: 'order-receipts' });
const { Orders: dev } = stacks;
const { Orders: prod } = templatesOf({ ...STAGE_CONTEXTS.prod, operatorClaim: 'groups=operators' });

const VARIABLES = { STAGE: 'dev' };
const POSTGRES_VARIABLES = {
  ...VARIABLES,
  DATABASE_TLS: 'on',
  NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
  SHARD_MAP: JSON.stringify([
    { id: 1, from: 'A', to: 'M', secret: 'orderflow/dev/shard1/orderuser' },
    { id: 2, from: 'N', to: 'Z', secret: 'orderflow/dev/shard2/orderuser' },
  ]),
};
const MOVERS_MAP = POSTGRES_VARIABLES.SHARD_MAP.replaceAll('orderuser', 'ordermover');
const RECEIPTS_BUCKET = { Ref: expect.stringContaining('ReceiptsBucket') };
const KAFKA_VARIABLES = {
  KAFKA_AUTH: 'iam',
  KAFKA_BROKERS: { 'Fn::ImportValue': expect.stringContaining('BootstrapBrokerStringSaslIam') },
  ORDERS_TOPIC: 'orders',
};
const AUTH = 'none';

const FUNCTIONS = [
  { name: 'create-order', variables: { ...POSTGRES_VARIABLES, ...KAFKA_VARIABLES, RECEIPTS_BUCKET, AUTH } },
  { name: 'list-orders', variables: { ...POSTGRES_VARIABLES, AUTH } },
  { name: 'get-stats', variables: { ...POSTGRES_VARIABLES, AUTH } },
  { name: 'get-order', variables: { ...POSTGRES_VARIABLES, AUTH } },
  { name: 'get-receipt', variables: { ...POSTGRES_VARIABLES, RECEIPTS_BUCKET, AUTH } },
  { name: 'describe-api', variables: VARIABLES },
  { name: 'overview', variables: { ...POSTGRES_VARIABLES, ...KAFKA_VARIABLES, AUTH, RECEIPTS_BUCKET } },
  { name: 'health', variables: { ...POSTGRES_VARIABLES, ...KAFKA_VARIABLES, RECEIPTS_BUCKET } },
  {
    name: 'relay-outbox',
    timeout: 55,
    variables: { ...POSTGRES_VARIABLES, ...KAFKA_VARIABLES, RECEIPTS_BUCKET, REPUBLISH_AFTER_MINUTES: '10' },
  },
  { name: 'confirm-orders', timeout: 60, variables: POSTGRES_VARIABLES },
  {
    name: 'move-users',
    timeout: 55,
    variables: { ...POSTGRES_VARIABLES, SHARD_MAP: MOVERS_MAP },
  },
  {
    name: 'user-data',
    timeout: 60,
    variables: { ...POSTGRES_VARIABLES, SHARD_MAP: MOVERS_MAP, RECEIPTS_BUCKET },
  },
];

it('has these functions', () => {
  expect(functionFolders(dev)).toEqual(FUNCTIONS.map(({ name }) => name).sort());
});

describe.each(FUNCTIONS)('$name', ({ name, timeout = 10, variables }) => {
  const fn = functionNamed(dev, `orderflow-dev-${name}`);

  it('is told exactly what it needs', () => {
    expect(fn.Environment.Variables).toEqual(variables);
  });

  it(`has ${timeout} s and sends traces`, () => {
    expect(fn).toMatchObject({ Timeout: timeout, TracingConfig: { Mode: 'Active' } });
  });
});

describe('access', () => {
  it('is not looked at by any function where no tokens are asked for', () => {
    expect(functionFolders(dev)).not.toContain('authorizer');
    dev.resourceCountIs('AWS::ApiGateway::Authorizer', 0);
  });

  it("is decided by a function outside the network that knows the issuer's tokens", () => {
    const fn = functionNamed(prod, 'orderflow-prod-authorizer');
    expect(fn.VpcConfig).toBeUndefined();
    expect(fn.Environment.Variables).toEqual({
      STAGE: 'prod',
      ISSUER: STAGE_CONTEXTS.prod.issuer,
      AUDIENCE: STAGE_CONTEXTS.prod.audience,
      USER_CLAIM: STAGE_CONTEXTS.prod.userClaim,
      OPERATOR_CLAIM: 'groups=operators',
    });
  });

  it('has no operators unless somebody said who they are', () => {
    const { Orders } = templatesOf(STAGE_CONTEXTS.prod);
    const { Variables } = functionNamed(Orders, 'orderflow-prod-authorizer').Environment;
    expect(Variables).not.toHaveProperty('OPERATOR_CLAIM');
  });

  it('is looked at again by each function of a route with tokens', () => {
    const routes = ROUTES.filter(({ authorization }) => authorization === 'token');
    const variables = routes.map(({ function: name }) => [
      name,
      functionNamed(prod, `orderflow-prod-${name}`).Environment.Variables.AUTH,
    ]);
    expect(variables).not.toEqual([]);
    expect(variables).toEqual(routes.map(({ function: name }) => [name, 'jwt']));
  });

  it('is never left to a canary: to refuse a token the authorizer fails, so that anybody could stop a deployment. Nor is the mover, whose runs go on with each other’s work, nor what only an operator calls', () => {
    const functions = resources(prod, 'AWS::Lambda::Function');
    const rolledOut = Object.values(resources(prod, 'AWS::Lambda::Alias'))
      .filter(({ UpdatePolicy }) => UpdatePolicy?.CodeDeployLambdaAliasUpdate !== undefined)
      .map(({ Properties }) => functions[Properties.FunctionName.Ref].Properties.FunctionName)
      .map((name: string) => name.replace('orderflow-prod-', ''));
    expect(rolledOut.sort()).toEqual(
      functionFolders(prod).filter((name) => !['authorizer', 'move-users', 'user-data'].includes(name)),
    );
    prod.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', rolledOut.length);
  });
});

describe('delivery', () => {
  it.each([
    ['of what is overdue is tried every minute, by the relay', 'RelayOutbox'],
    ['goes on or stands still with the parts, which are looked at every minute', 'Health'],
  ])('%s that serves and nothing else', (_, name) => {
    const [alias] = Object.keys(resources(dev, 'AWS::Lambda::Alias')).filter((id) => id.startsWith(name));
    const rules = Object.entries(resources(dev, 'AWS::Events::Rule')).filter(([, { Properties }]) =>
      Properties?.Targets.some(({ Arn }: { Arn: { Ref?: string } }) => Arn.Ref === alias),
    );
    const target = expect.objectContaining({ Id: 'Target0', Arn: { Ref: alias } });
    expect(rules.map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED', Targets: [target] }),
    ]);
    const callers = properties(dev, 'AWS::Lambda::Permission').filter(
      ({ Principal, FunctionName }) => Principal === 'events.amazonaws.com' && FunctionName.Ref === alias,
    );
    expect(callers).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: { Ref: alias },
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [rules[0]?.[0], 'Arn'] },
      },
    ]);
  });

  it('of a receipt ends before those of an erased user are erased', () => {
    const functions = Object.values(resources(dev, 'AWS::Lambda::Function'));
    const policies = Object.values(resources(dev, 'AWS::IAM::Policy'));
    const roles = policies.filter(({ Properties }) =>
      JSON.stringify(Properties.PolicyDocument).includes('s3:PutObject'),
    );
    const refs = roles.flatMap(({ Properties }) => Properties.Roles.map(({ Ref }: { Ref: string }) => Ref));
    const timeouts = functions
      .filter(({ Properties }) => refs.includes(Properties.Role['Fn::GetAtt'][0]))
      .map(({ Properties }) => Properties.Timeout);
    expect(timeouts.sort()).toEqual([10, RELAY_RUN.timeoutSeconds]);
    expect(Math.max(...timeouts)).toBeLessThan(RECEIPT_STORED_WITHIN_SECONDS);
  });

  it('of what is overdue is left to the next minute when a run fails', () => {
    dev.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^RelayOutbox') },
      Qualifier: Match.anyValue(),
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  it('of an order that nobody confirmed begins again when the context says', () => {
    const { Orders } = templatesOf({ republishAfterMinutes: '3' });
    const { Variables } = functionNamed(Orders, 'orderflow-dev-relay-outbox').Environment;
    expect(Variables.REPUBLISH_AFTER_MINUTES).toBe('3');
  });

  it('of a confirmation is tried without end: no limit of attempts or age, no destination', () => {
    const [mapping] = Object.values(resources(dev, 'AWS::Lambda::EventSourceMapping'));
    const { FunctionName, ...others } = mapping.Properties;
    expect(JSON.stringify(FunctionName)).toMatch(/"Ref":"ConfirmOrdersLive\w+"/);
    expect(others).toEqual({
      EventSourceArn: { 'Fn::ImportValue': expect.stringContaining('KafkaCluster') },
      Topics: ['order-confirmations'],
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'order-confirmation-group' },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 1000,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ProvisionedPollerConfig: { MinimumPollers: 1, PollerGroupName: 'orderflow-dev' },
    });
  });
});

describe('receipts', () => {
  const bucketsOf = (template: typeof dev) => Object.entries(resources(template, 'AWS::S3::Bucket'));

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
    for (const template of [dev, prod]) {
      expect(tlsOnlyBuckets(template).sort()).toEqual(
        bucketsOf(template)
          .map(([id]) => id)
          .sort(),
      );
    }
  });

  it('go with the stack in dev, and nobody records who read them', () => {
    expect(bucketsOf(dev)).toHaveLength(1);
    dev.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  });

  it('lie in prod in a bucket that CloudFormation names and keeps, with older versions and a record of each request', () => {
    prod.allResources('AWS::S3::Bucket', { DeletionPolicy: 'RetainExceptOnCreate' });
    prod.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
    const [logs, receipts] = bucketsOf(prod).sort(([id]) => (id.includes('AccessLogs') ? -1 : 1));
    expect(receipts?.[1].Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [expect.objectContaining({ NoncurrentVersionExpiration: { NoncurrentDays: 30 } })],
      },
      LoggingConfiguration: { DestinationBucketName: { Ref: logs?.[0] } },
    });
    expect(receipts?.[1].Properties).not.toHaveProperty('BucketName');
    expect(logs?.[1].Properties.LifecycleConfiguration.Rules).toEqual([
      expect.objectContaining({ ExpirationInDays: 90 }),
    ]);
  });
});

describe('outputs', () => {
  it('say where API and receipts are', () => {
    dev.hasOutput('ApiUrl', {});
    dev.hasOutput('ReceiptsBucketName', {});
  });
});
