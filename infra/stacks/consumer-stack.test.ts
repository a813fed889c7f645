import { describe, expect, it } from 'vitest';
import { functionNamed, permissions, reach, resources } from '../testing/inspect.ts';
import { synthesize } from '../testing/templates.ts';

const { Consumer: dev } = synthesize({ stage: 'dev' });
const NAME = 'orderflow-dev-consume-orders';

describe('consume-orders', () => {
  it('is handed the orders topic in batches of which single records may fail', () => {
    dev.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      Topics: ['orders'],
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'order-consumer-group' },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ProvisionedPollerConfig: { MinimumPollers: 1, PollerGroupName: 'orderflow-dev' },
    });
  });

  it('has Kafka and network interfaces, and nothing else', () => {
    const actions = permissions(dev, NAME).map(({ action }) => action);
    expect(new Set(actions)).toEqual(
      new Set([
        'kafka-cluster:Connect',
        'kafka-cluster:DescribeTopic',
        'kafka-cluster:ReadData',
        'kafka-cluster:DescribeGroup',
        'kafka-cluster:AlterGroup',
        'kafka:DescribeClusterV2',
        'kafka:GetBootstrapBrokers',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ]),
    );
  });

  it('reaches the brokers, and no database, bucket or secret', () => {
    expect(reach(dev, NAME)).toEqual(['Kafka:9098']);
    expect(JSON.stringify(dev.toJSON())).not.toMatch(/secretsmanager|SecretsManager|s3:|shard|Bucket(?!")/);
  });

  it('is told nothing', () => {
    expect(functionNamed(dev, NAME).Environment.Variables).toEqual({ NODE_OPTIONS: '--enable-source-maps' });
  });

  it('has its rights before the mapping that uses them is made', () => {
    const [mapping] = Object.values(resources(dev, 'AWS::Lambda::EventSourceMapping'));
    expect(mapping.DependsOn).toEqual(Object.keys(resources(dev, 'AWS::IAM::Policy')));
  });
});
