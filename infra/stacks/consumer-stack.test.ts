import { describe, expect, it } from 'vitest';
import { STAGE_CONTEXTS } from '../example-contexts.ts';
import { functionNamed, properties, resources } from '../testing/inspect.ts';
import { templatesOf } from '../testing/templates.ts';

const { Consumer: dev } = templatesOf(STAGE_CONTEXTS.dev);
const { Consumer: prod } = templatesOf(STAGE_CONTEXTS.prod);
const KAFKA = {
  KAFKA_AUTH: 'iam',
  KAFKA_BROKERS: { 'Fn::ImportValue': expect.stringContaining('BootstrapBrokerStringSaslIam') },
};

describe.each([
  { name: 'consume-orders', variables: { ...KAFKA, ORDER_CONFIRMATIONS_TOPIC: 'order-confirmations' } },
  {
    name: 'dlt',
    variables: {
      ...KAFKA,
      ORDERS_TOPIC: 'orders',
      ORDERS_DLT_TOPIC: 'orders-dlt',
      ORDERS_DLT_HANDLED_TOPIC: 'orders-dlt-handled',
    },
  },
])('$name', ({ name, variables }) => {
  const fn = functionNamed(dev, `orderflow-dev-${name}`);

  it('is told exactly what it needs, in a minute at most', () => {
    expect(fn).toMatchObject({ Timeout: 60 });
    expect(fn.Environment.Variables).toEqual({ STAGE: 'dev', ...variables });
  });

  it('sends no traces: that would take rights beside those on Kafka', () => {
    expect(fn.TracingConfig).toBeUndefined();
  });
});

describe('stack', () => {
  it('has no path to a database, a bucket or a secret', () => {
    const text = JSON.stringify(dev.toJSON());
    expect(text).not.toMatch(/secretsmanager|SecretsManager|s3:|shard|Bucket(?!")/);
    const imports = [...text.matchAll(/"Fn::ImportValue":"([^:]+):/g)].map(([, stack]) => stack);
    expect(new Set(imports)).toEqual(new Set(['orderflow-dev-network', 'orderflow-dev-stream']));
  });

  it('belongs to no role that an AWS managed policy could widen', () => {
    for (const template of [dev, prod]) {
      for (const role of properties(template, 'AWS::IAM::Role')) expect(role.ManagedPolicyArns).toBeUndefined();
    }
  });
});

describe('mapping of orders', () => {
  const [mapping] = Object.values(resources(dev, 'AWS::Lambda::EventSourceMapping'));

  it('hands over batches of which single records may fail, and gives up to orders-dlt after 3 more attempts', () => {
    const { FunctionName, ...others } = mapping.Properties;
    expect(JSON.stringify(FunctionName)).toMatch(/"Ref":"ConsumeOrdersLive\w+"/);
    expect(others).toEqual({
      EventSourceArn: { 'Fn::ImportValue': expect.stringContaining('KafkaCluster') },
      Topics: ['orders'],
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'order-consumer-group' },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 0,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 3,
      DestinationConfig: { OnFailure: { Destination: 'kafka://orders-dlt' } },
      ProvisionedPollerConfig: { MinimumPollers: 1, PollerGroupName: 'orderflow-dev' },
    });
  });

  it('is made after the rights that it uses', () => {
    const policies = Object.keys(resources(dev, 'AWS::IAM::Policy')).filter((id) =>
      /^(ConsumeOrders|OrdersSource)/.test(id),
    );
    expect(policies).toHaveLength(2);
    expect(mapping.DependsOn.toSorted()).toEqual(policies.sort());
  });
});
