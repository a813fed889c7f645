import { describe, expect, it } from 'vitest';
import { functionNamed, managedPolicies, permissions, reach, resources } from '../testing/inspect.ts';
import { consumeFrom, giveUpTo, POLLING, produceTo, union } from '../testing/rights.ts';
import { synthesize } from '../testing/templates.ts';

const { Consumer: dev } = synthesize({ stage: 'dev' });
const KAFKA_BROKERS = { 'Fn::ImportValue': expect.stringContaining('BootstrapBrokerStringSaslIam') };

describe.each([
  {
    name: 'consume-orders',
    variables: { KAFKA_BROKERS, ORDER_CONFIRMATIONS_TOPIC: 'order-confirmations' },
    rights: union(
      POLLING,
      consumeFrom('orders', 'order-consumer-group'),
      giveUpTo('orders-dlt'),
      produceTo('order-confirmations'),
    ),
  },
  {
    name: 'dlt',
    variables: {
      KAFKA_BROKERS,
      ORDERS_TOPIC: 'orders',
      ORDERS_DLT_TOPIC: 'orders-dlt',
      ORDERS_DLT_HANDLED_TOPIC: 'orders-dlt-handled',
    },
    rights: union(
      produceTo('orders'),
      consumeFrom('orders-dlt', 'order-dlt-group'),
      consumeFrom('orders-dlt-handled', 'order-dlt-group'),
      produceTo('orders-dlt-handled'),
    ),
  },
])('$name', ({ name, variables, rights }) => {
  const functionName = `orderflow-dev-${name}`;

  it('is told exactly what it needs, in a minute at most', () => {
    expect(functionNamed(dev, functionName)).toMatchObject({ Timeout: 60 });
    expect(functionNamed(dev, functionName).Environment.Variables).toEqual({
      NODE_OPTIONS: '--enable-source-maps',
      ...variables,
    });
  });

  it('has Kafka, network interfaces and logs, and nothing else', () => {
    expect(permissions(dev, functionName)).toEqual(rights);
    expect(managedPolicies(dev, functionName)).toEqual([
      'AWSLambdaBasicExecutionRole',
      'AWSLambdaVPCAccessExecutionRole',
    ]);
  });

  it('reaches the brokers alone', () => {
    expect(reach(dev, functionName)).toEqual(['Kafka:9098']);
  });
});

describe('stack', () => {
  it('has no path to a database, a bucket or a secret', () => {
    const text = JSON.stringify(dev.toJSON());
    expect(text).not.toMatch(/secretsmanager|SecretsManager|s3:|shard|Bucket(?!")/);
    const imports = [...text.matchAll(/"Fn::ImportValue":"([^:]+):/g)].map(([, stack]) => stack);
    expect(new Set(imports)).toEqual(new Set(['orderflow-dev-network', 'orderflow-dev-stream']));
  });
});

describe('mapping of orders', () => {
  const [mapping] = Object.values(resources(dev, 'AWS::Lambda::EventSourceMapping'));

  it('hands over batches of which single records may fail, and gives up to orders-dlt after 3 more attempts', () => {
    expect(mapping.Properties).toEqual({
      FunctionName: { Ref: expect.stringContaining('ConsumeOrders') },
      EventSourceArn: { 'Fn::ImportValue': expect.stringContaining('KafkaCluster') },
      Topics: ['orders'],
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'order-consumer-group' },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 3,
      DestinationConfig: { OnFailure: { Destination: 'kafka://orders-dlt' } },
      ProvisionedPollerConfig: { MinimumPollers: 1, PollerGroupName: 'orderflow-dev' },
    });
  });

  it('is made after the rights that it uses', () => {
    const [policy] = Object.keys(resources(dev, 'AWS::IAM::Policy')).filter((id) => id.startsWith('ConsumeOrders'));
    expect(mapping.DependsOn).toEqual([policy]);
  });
});
