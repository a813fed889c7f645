import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { ManagedKafkaEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { Database } from './database.ts';
import { Kafka, type TopicName } from './kafka.ts';
import { Network } from './network.ts';
import { Schema } from './schema.ts';
import { VpcFunction } from './vpc-function.ts';

export class TelemetryStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const network = new Network(this, 'Network');
    const { vpc, groups } = network;

    const readings = new Database(this, 'Readings', { vpc, securityGroup: groups.readings, databaseName: 'readings' });
    const devices = new Database(this, 'Devices', { vpc, securityGroup: groups.devices, databaseName: 'devices' });
    const kafka = new Kafka(this, 'Kafka', { vpc, securityGroup: groups.kafka });

    const schema = new Schema(this, 'Schema', { vpc, securityGroup: groups.schema, databases: { readings, devices } });
    schema.node.addDependency(network);

    const consume = (handler: VpcFunction, topic: TopicName, batchSize: number) => {
      const consumerGroupId = `telemetry-${topic}`;
      kafka.grantConsume(handler, topic, consumerGroupId);
      handler.addEventSource(
        new ManagedKafkaEventSource({
          clusterArn: kafka.clusterArn,
          topic,
          consumerGroupId,
          batchSize,
          maxBatchingWindow: Duration.seconds(1),
          startingPosition: StartingPosition.TRIM_HORIZON,
        }),
      );
      handler.node.addDependency(network, kafka, schema);
    };

    const storeReadings = new VpcFunction(this, 'StoreReadings', {
      entry: 'store-readings',
      description: 'Validates readings and stores them',
      vpc,
      securityGroup: groups.storeReadings,
      environment: {
        READINGS_SECRET_ARN: readings.secret.secretArn,
        KAFKA_BROKERS: kafka.brokers,
        ALARM_LIMITS: JSON.stringify({ temperature: 80, humidity: 95 }),
      },
      timeout: Duration.minutes(1),
    });
    readings.secret.grantRead(storeReadings);
    kafka.grantProduce(storeReadings, 'readings-rejected', 'alarms');
    consume(storeReadings, 'readings', 50);

    const storeDevices = new VpcFunction(this, 'StoreDevices', {
      entry: 'store-devices',
      description: 'Stores changes of devices',
      vpc,
      securityGroup: groups.storeDevices,
      environment: { DEVICES_SECRET_ARN: devices.secret.secretArn },
      timeout: Duration.minutes(1),
    });
    devices.secret.grantRead(storeDevices);
    consume(storeDevices, 'device-changes', 20);

    const handler = new VpcFunction(this, 'ApiHandler', {
      entry: 'api',
      description: 'Takes readings and shows devices',
      vpc,
      securityGroup: groups.api,
      environment: { DEVICES_SECRET_ARN: devices.secret.secretArn, KAFKA_BROKERS: kafka.brokers },
      timeout: Duration.seconds(25),
    });
    devices.secret.grantRead(handler);
    kafka.grantProduce(handler, 'readings');

    const api = new RestApi(this, 'Api', { restApiName: 'telemetry', deployOptions: { stageName: 'v1' } });
    const integration = new LambdaIntegration(handler);
    api.root.addResource('readings').addMethod('POST', integration);
    api.root.addResource('devices').addResource('{id}').addMethod('GET', integration);

    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'ClusterArn', { value: kafka.clusterArn });
    new CfnOutput(this, 'BootstrapBrokers', { value: kafka.brokers });
    new CfnOutput(this, 'ReadingsSecretArn', { value: readings.secret.secretArn });
    new CfnOutput(this, 'DevicesSecretArn', { value: devices.secret.secretArn });
  }
}
