import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../tooling/errors.ts';
import { CLUSTER_ARN, declared, declaredCluster, declaredMapping, writeAssembly } from './assembly-fixture.ts';
import {
  bootstrapBrokers,
  brokerProperties,
  databases,
  eventSourceMappings,
  leftOutOfType,
  readLeftOut,
  topics,
} from './left-out.ts';

/** What is read of an assembly of one stack with the given metadata. */
function readMetadata(Metadata: object) {
  const dir = mkdtempSync(join(tmpdir(), 'an assembly '));
  writeAssembly(dir, { Stream: Metadata });
  return readLeftOut(dir);
}

const INSTANCE = {
  DBInstanceIdentifier: 'orderflow-dev-shard1',
  DBName: 'orders_shard1',
  EngineVersion: '18',
  MasterUsername: 'postgres',
};
const STAND_IN = { Host: 'shard1', Port: '5432', Secrets: ['shard1/master', 'shard1/orderuser'] };

describe('what the templates leave out', () => {
  it('is read from the metadata of every stack, among those of others', () => {
    const dir = mkdtempSync(join(tmpdir(), 'assembly-'));
    writeAssembly(dir, {
      Stream: { Cluster: declaredCluster('kafka:19092'), 'AWS::CloudFormation::Interface': {}, Note: ['by hand'] },
      Orders: { Migrations: declared('Custom::Trigger', { HandlerArn: 'migrate' }) },
    });
    const leftOut = readLeftOut(dir);
    const names = leftOut.map(({ stack, logicalId }) => `${stack}/${logicalId}`);
    expect(names.sort()).toEqual(['Orders/Migrations', 'Stream/Cluster']);
    expect(leftOutOfType(leftOut, 'Custom::Trigger')).toEqual([
      {
        stack: 'Orders',
        logicalId: 'Migrations',
        type: 'Custom::Trigger',
        properties: { HandlerArn: 'migrate' },
        instead: {},
      },
    ]);
  });

  it('is nothing in an assembly of another target, which is said with the remedy', () => {
    expect(() => readMetadata({})).toThrow(UserError);
    expect(() => readMetadata({})).toThrow(/Run "cdk synth -c target=localstack --output .*an assembly /);
    expect(() => readLeftOut('/nowhere/cdk.out')).toThrow(UserError);
  });

  it('says where the brokers are, unless it is not about one cluster', () => {
    expect(bootstrapBrokers(readMetadata({ Cluster: declaredCluster('kafka:19092') }))).toBe('kafka:19092');
    const two = readMetadata({ A: declaredCluster('a:1'), B: declaredCluster('b:1') });
    expect(() => bootstrapBrokers(two)).toThrow('more than one Kafka cluster');
    expect(() => bootstrapBrokers([])).toThrow('no Kafka cluster');
  });

  it('holds the settings of brokers and topics, for a single broker', () => {
    const ServerProperties = 'auto.create.topics.enable=false\nmin.insync.replicas=2\n';
    const Configs = Buffer.from('cleanup.policy=compact\nmin.insync.replicas=2').toString('base64');
    const leftOut = readMetadata({
      Configuration: declared('AWS::MSK::Configuration', { Name: 'orderflow', ServerProperties }),
      Topic: declared('AWS::MSK::Topic', {
        ClusterArn: CLUSTER_ARN,
        TopicName: 'orders',
        PartitionCount: '6',
        Configs,
      }),
    });
    expect(brokerProperties(leftOut)).toEqual({ 'auto.create.topics.enable': 'false' });
    expect(topics(leftOut)).toEqual([{ name: 'orders', partitions: 6, configs: { 'cleanup.policy': 'compact' } }]);
    expect(brokerProperties([])).toEqual({});
  });

  it('holds the mappings as the local run reads them, without those that are disabled', () => {
    const mappings = eventSourceMappings(
      readMetadata({
        Orders: declaredMapping('orders', {
          BatchSize: 50,
          MaximumRetryAttempts: '3',
          BisectBatchOnFunctionError: 'true',
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          DestinationConfig: { OnFailure: { Destination: 'kafka://orders-dlt' } },
        }),
        Confirmations: declaredMapping('confirmations', { Enabled: false }),
      }),
    );
    expect(mappings).toEqual([
      {
        uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        eventSourceArn: CLUSTER_ARN,
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:orders:live',
        topic: 'orders',
        consumerGroupId: 'group-orders',
        batchSize: 50,
        batchingWindowSeconds: 0,
        startingPosition: 'TRIM_HORIZON',
        maximumRetryAttempts: 3,
        maximumRecordAgeInSeconds: -1,
        bisectBatchOnFunctionError: true,
        reportBatchItemFailures: true,
        onFailureTopic: 'orders-dlt',
      },
    ]);
  });

  it('names a resource that is not as expected, or asks for what is not supported', () => {
    const filtered = readMetadata({ Orders: declaredMapping('orders', { FilterCriteria: {} }) });
    expect(() => eventSourceMappings(filtered)).toThrow(
      /Stream\/Orders \(AWS::Lambda::EventSourceMapping\).*FilterCriteria/s,
    );
    const nowhere = readMetadata({ Database: declared('AWS::RDS::DBInstance', INSTANCE, { Host: 'shard1' }) });
    expect(() => databases(nowhere)).toThrow(/Stream\/Database \(AWS::RDS::DBInstance\).*Port/s);
  });

  it('holds the databases with where they are and whose secrets open them', () => {
    expect(databases(readMetadata({ Database: declared('AWS::RDS::DBInstance', INSTANCE, STAND_IN) }))).toEqual([
      {
        identifier: 'orderflow-dev-shard1',
        name: 'orders_shard1',
        engineVersion: '18',
        masterUsername: 'postgres',
        host: 'shard1',
        port: 5432,
        secrets: ['shard1/master', 'shard1/orderuser'],
      },
    ]);
  });
});
