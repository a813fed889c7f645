import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../tooling/errors.ts';
import { LocalStackApp } from './app.ts';
import { CLUSTER_ARN, declared, declaredCluster, declaredMapping, writeAssembly } from './assembly-fixture.ts';

/** The app of one stack with the given metadata. */
function appWith(Metadata: object) {
  const dir = mkdtempSync(join(tmpdir(), 'an assembly '));
  writeAssembly(dir, { Stream: Metadata });
  return new LocalStackApp(dir);
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
    const app = new LocalStackApp(dir);
    expect(app.stackNames.sort()).toEqual(['Orders', 'Stream']);
    expect(app.external('AWS::MSK::Cluster').map(({ logicalId }) => logicalId)).toEqual(['Cluster']);
    expect(app.external('Custom::Trigger')).toEqual([
      {
        stack: expect.objectContaining({ name: 'Orders' }),
        logicalId: 'Migrations',
        type: 'Custom::Trigger',
        properties: { HandlerArn: 'migrate' },
        standIn: {},
      },
    ]);
  });

  it('is nothing in an assembly of another target, which is said with the remedy', () => {
    expect(() => appWith({})).toThrow(UserError);
    expect(() => appWith({})).toThrow(/Run "cdk synth -c target=localstack --output .*an assembly /);
    expect(() => new LocalStackApp('/nowhere/cdk.out')).toThrow(UserError);
  });

  it('says where the brokers are, unless it is not about one cluster', () => {
    expect(appWith({ Cluster: declaredCluster('kafka:19092') }).bootstrapBrokers).toBe('kafka:19092');
    const two = appWith({ A: declaredCluster('a:1'), B: declaredCluster('b:1') });
    expect(() => two.bootstrapBrokers).toThrow('more than one Kafka cluster');
    const none = appWith({ Migrations: declared('Custom::Trigger', {}) });
    expect(() => none.bootstrapBrokers).toThrow('no Kafka cluster');
  });

  it('holds the settings of brokers and topics, for a single broker', () => {
    const ServerProperties = 'auto.create.topics.enable=false\nmin.insync.replicas=2\n';
    const configs = { 'cleanup.policy': 'compact', 'min.insync.replicas': '2' };
    const Configs = Buffer.from(JSON.stringify(configs)).toString('base64');
    const app = appWith({
      Configuration: declared('AWS::MSK::Configuration', { Name: 'orderflow', ServerProperties }),
      Topic: declared('AWS::MSK::Topic', {
        ClusterArn: CLUSTER_ARN,
        TopicName: 'orders',
        PartitionCount: '6',
        Configs,
      }),
    });
    expect(app.brokerProperties).toEqual({ 'auto.create.topics.enable': 'false' });
    expect(app.topics).toEqual([{ name: 'orders', partitions: 6, configs: { 'cleanup.policy': 'compact' } }]);
    expect(appWith({ Cluster: declaredCluster('kafka:19092') }).brokerProperties).toEqual({});
  });

  it('holds the mappings as the local run reads them, without those that are disabled', () => {
    const { eventSourceMappings } = appWith({
      Orders: declaredMapping('orders', {
        BatchSize: 50,
        MaximumRetryAttempts: '3',
        BisectBatchOnFunctionError: 'true',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        DestinationConfig: { OnFailure: { Destination: 'kafka://orders-dlt' } },
      }),
      Confirmations: declaredMapping('confirmations', { Enabled: false }),
    });
    expect(eventSourceMappings).toEqual([
      {
        uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        enabled: true,
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
        filterPatterns: [],
        pollers: { minimum: 1, maximum: 200 },
        onFailureTopic: 'orders-dlt',
      },
    ]);
  });

  it('names a resource that is not as expected, or asks for what is not supported', () => {
    const selfManaged = appWith({ Orders: declaredMapping('orders', { SelfManagedEventSource: {} }) });
    expect(() => selfManaged.eventSourceMappings).toThrow(
      /Stream\/Orders \(AWS::Lambda::EventSourceMapping\).*SelfManagedEventSource/s,
    );
    const nowhere = appWith({ Database: declared('AWS::RDS::DBInstance', INSTANCE, { Host: 'shard1' }) });
    expect(() => nowhere.databases).toThrow(/Stream\/Database \(AWS::RDS::DBInstance\).*Port/s);
  });

  it('holds the databases with where they are and whose secrets open them', () => {
    expect(appWith({ Database: declared('AWS::RDS::DBInstance', INSTANCE, STAND_IN) }).databases).toEqual([
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

const api = (...Tags: object[]) => ({ Type: 'AWS::ApiGateway::RestApi', Properties: { Tags } });
const ID = { Key: '_custom_id_', Value: 'orderflow' };
const stage = { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'dev' } };

function appOf(resources: object): LocalStackApp {
  const dir = mkdtempSync(join(tmpdir(), 'assembly '));
  writeAssembly(dir, { Orders: { Cluster: declaredCluster('kafka:19092') } }, resources);
  return new LocalStackApp(dir);
}

describe('the API of an assembly', () => {
  it('has the id of its tag and the name of its stage in its path', () => {
    const app = appOf({ Api: api({ Key: 'Application', Value: 'OrderFlow' }, ID), Stage: stage });
    expect(app.api).toEqual({ id: 'orderflow', path: '/_aws/execute-api/orderflow/dev' });
  });

  it.each([
    ['no API', { Stage: stage }],
    ['an API without an id of its own', { Api: api(), Stage: stage }],
    ['no stage', { Api: api(ID) }],
  ])('is missed when there is %s', (_, resources) => {
    expect(() => appOf(resources).api).toThrow('have no API with the tag _custom_id_ and a stage');
  });

  it('words its own answers as its gateway responses say', () => {
    const response = (Properties: object) => ({
      Type: 'AWS::ApiGateway::GatewayResponse',
      Properties: { RestApiId: { Ref: 'Api' }, ...Properties },
    });
    const app = appOf({
      Unknown: response({
        ResponseType: 'MISSING_AUTHENTICATION_TOKEN',
        StatusCode: '404',
        ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
        ResponseTemplates: { 'application/json': '{"error":"There is no such path."}' },
      }),
      Other: response({ ResponseType: 'DEFAULT_5XX' }),
    });
    expect(app.gatewayResponses).toEqual({
      MISSING_AUTHENTICATION_TOKEN: {
        statusCode: 404,
        headers: { 'Access-Control-Allow-Origin': "'*'" },
        templates: { 'application/json': '{"error":"There is no such path."}' },
      },
      DEFAULT_5XX: { headers: {}, templates: {} },
    });
  });
});
