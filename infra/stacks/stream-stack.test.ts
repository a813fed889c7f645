import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { TOPICS } from '../../functions/contract/topics.ts';
import { ONE_SHARD_PER_LETTER, SPLIT, STAGE_CONTEXTS } from '../example-contexts.ts';
import { type Json, properties, resources } from '../testing/inspect.ts';
import { templatesOf } from '../testing/templates.ts';

const { Stream: dev } = templatesOf(STAGE_CONTEXTS.dev);
const { Stream: prod } = templatesOf(STAGE_CONTEXTS.prod);

describe('kafka', () => {
  it('takes connections with TLS and IAM alone', () => {
    dev.hasResourceProperties('AWS::MSK::Cluster', {
      KafkaVersion: '4.1.x.kraft',
      ClientAuthentication: { Sasl: { Iam: { Enabled: true } }, Unauthenticated: { Enabled: false } },
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true } },
    });
  });

  it('has two brokers in dev, of which one is enough to write', () => {
    dev.hasResourceProperties('AWS::MSK::Cluster', {
      NumberOfBrokerNodes: 2,
      BrokerNodeGroupInfo: Match.objectLike({ InstanceType: 'kafka.m7g.large' }),
    });
    expect(serverProperties(dev)).toEqual([
      'auto.create.topics.enable=false',
      'default.replication.factor=2',
      'min.insync.replicas=1',
    ]);
  });

  it('has three brokers in prod, in three zones, of which two must have a record', () => {
    prod.hasResource('AWS::MSK::Cluster', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { NumberOfBrokerNodes: 3, BrokerNodeGroupInfo: { InstanceType: 'kafka.m7g.large' } },
    });
    expect(properties(prod, 'AWS::MSK::Cluster')[0].BrokerNodeGroupInfo.ClientSubnets).toHaveLength(3);
    expect(serverProperties(prod)).toEqual([
      'auto.create.topics.enable=false',
      'default.replication.factor=3',
      'min.insync.replicas=2',
    ]);
  });

  it.each([
    ['dev', dev, 7, 'DEFAULT'],
    ['prod', prod, 90, 'PER_BROKER'],
  ])('keeps what the brokers of %s log, and watches them as closely as it pays for', (stage, template, days, level) => {
    const [logGroup] = Object.entries(resources(template, 'AWS::Logs::LogGroup')).filter(
      ([, { Properties }]) => Properties.LogGroupName === `/aws/msk/orderflow-${stage}`,
    );
    expect(logGroup?.[1].Properties.RetentionInDays).toBe(days);
    template.hasResourceProperties('AWS::MSK::Cluster', {
      LoggingInfo: { BrokerLogs: { CloudWatchLogs: { Enabled: true, LogGroup: { Ref: logGroup?.[0] } } } },
      EnhancedMonitoring: level,
    });
  });

  it.each([
    ['dev', dev, 2],
    ['prod', prod, 3],
  ])('has every topic on every broker of %s', (_stage, template, replicas) => {
    template.allResourcesProperties('AWS::MSK::Topic', { ReplicationFactor: replicas });
  });

  it.each([
    ['two shards', {}, 2],
    ['a shard for each letter', { shards: ONE_SHARD_PER_LETTER }, 26],
    ['both maps, up to the highest id', { nextShards: [{ id: 7, from: 'A', to: 'Z' }] }, 7],
    ['a shard that is gone', { confirmationPartitions: 3 }, 3],
  ])(
    'has a partition of confirmations for each of %s, and a month and room for wrapped events',
    (_map, context, shards) => {
      expect(topics(templatesOf(context).Stream)).toEqual({
        orders: { partitions: 6, configs: expect.any(Object) },
        'order-confirmations': { partitions: shards, configs: expect.any(Object) },
        'orders-dlt': {
          partitions: 1,
          configs: expect.objectContaining({ 'max.message.bytes': '4194304', 'retention.ms': '2592000000' }),
        },
        'orders-dlt-handled': { partitions: 1, configs: { 'cleanup.policy': 'compact' } },
      });
    },
  );

  it.each([
    ['dev', dev, 10],
    ['prod', prod, 100],
    ['a shard for each letter', templatesOf({ shards: ONE_SHARD_PER_LETTER }).Stream, 10],
  ])('leaves a quarter of the disks of %s free however much is written', (_name, template, storageGiB) => {
    const { 'orders-dlt-handled': compacted, ...limited } = topics(template);
    expect(compacted.configs).toEqual({ 'cleanup.policy': 'compact' });
    const largest = Object.values<Json>(limited).map(({ partitions, configs }) => {
      // Kafka deletes a segment only while retention.bytes remain.
      const [retention, segment] = ['retention.bytes', 'segment.bytes'].map((name) => Number(configs[name]));
      expect(segment).toBeGreaterThanOrEqual(1024 ** 2);
      expect(segment).toBeLessThanOrEqual(1024 ** 3);
      return partitions * (Number(retention) + Number(segment));
    });
    expect(largest.reduce((sum, each) => sum + each, 0) / (storageGiB * 1024 ** 3)).toBeCloseTo(0.75, 5);
  });

  it('gets partitions of a next map without other settings, and these once the map is the present one', () => {
    const confirmations = (context: Record<string, unknown>) =>
      topics(templatesOf(context).Stream)['order-confirmations'];
    const [before, during, after] = [{}, SPLIT, { shards: SPLIT.nextShards }].map(confirmations);
    expect(during).toEqual({ ...before, partitions: 3 });
    expect(after.partitions).toBe(3);
    expect(after.configs).not.toEqual(during.configs);
  });

  it('has the topics of the contract made one after the other', () => {
    const made = Object.entries(resources(dev, 'AWS::MSK::Topic'));
    expect(made.map(([, { Properties }]) => Properties.TopicName)).toEqual(Object.values(TOPICS));
    const ids = made.map(([id]) => id);
    for (const [index, [, { DependsOn = [] }]] of made.entries()) {
      expect(DependsOn.filter((id: string) => ids.includes(id))).toEqual(ids.slice(Math.max(index - 1, 0), index));
    }
  });

  it('lets pollers in its own security group read, and opens nothing else by itself', () => {
    const rule = { FromPort: 9098, ToPort: 9098, IpProtocol: 'tcp' };
    expect(properties(dev, 'AWS::EC2::SecurityGroupIngress')).toEqual([expect.objectContaining(rule)]);
    expect(properties(dev, 'AWS::EC2::SecurityGroupEgress')).toEqual([expect.objectContaining(rule)]);
  });

  it('reads the broker addresses once, by a function outside the network that may do nothing else', () => {
    dev.resourceCountIs('Custom::BootstrapBrokers', 1);
    const [lookup] = properties(dev, 'AWS::Lambda::Function');
    expect(lookup.VpcConfig).toBeUndefined();
    const statements = properties(dev, 'AWS::IAM::Policy').flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    expect(statements.flatMap(({ Action }) => Action).sort()).toEqual([
      'kafka:GetBootstrapBrokers',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]);
    for (const role of properties(dev, 'AWS::IAM::Role')) expect(role.ManagedPolicyArns).toBeUndefined();
  });
});

function serverProperties(template: typeof dev): string[] {
  return properties(template, 'AWS::MSK::Configuration')[0].ServerProperties.split('\n');
}

function topics(template: typeof dev) {
  const entries = properties(template, 'AWS::MSK::Topic').map(({ TopicName, PartitionCount, Configs }) => [
    TopicName,
    {
      partitions: PartitionCount,
      ...(Configs === undefined ? {} : { configs: JSON.parse(Buffer.from(Configs, 'base64').toString()) }),
    },
  ]);
  return Object.fromEntries(entries);
}
