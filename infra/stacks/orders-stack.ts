import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import { KafkaEventSource } from '../constructs/kafka-event-source.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { OrdersApi } from '../constructs/orders-api.ts';
import { ReceiptsBucket } from '../constructs/receipts-bucket.ts';
import type { ShardSet } from '../constructs/shard-set.ts';
import type { Stage } from '../stage.ts';
import type { StreamStack } from './stream-stack.ts';

export interface OrdersStackProps extends StackProps {
  readonly stage: Stage;
  readonly vpc: IVpc;
  readonly shards: ShardSet;
  readonly stream: StreamStack;
  readonly receiptsBucket?: string | undefined;
  readonly republishAfterMinutes: number;
}

/** The HTTP API with its functions, the receipts that they write, and what carries an accepted order to its end. */
export class OrdersStack extends Stack {
  readonly api: RestApi;

  constructor(scope: Construct, id: string, props: OrdersStackProps) {
    super(scope, id, props);
    const { stage, vpc, shards, stream } = props;
    const { ordersTopic } = stream;
    // A function must not meet a schema older than itself.
    this.addStackDependency(Stack.of(shards));

    const receipts = new ReceiptsBucket(this, 'Receipts', { stage, bucketName: props.receiptsBucket });
    const node = (id: string, folder: string, timeout: Duration, memoryMiB: number) =>
      new NodeFunction(this, id, { stage, vpc, folder, timeout, memoryMiB });
    const apiFunction = (id: string, folder: string) => node(id, folder, Duration.seconds(10), 512);

    const createOrder = apiFunction('CreateOrder', 'create-order');
    shards.connect(createOrder);
    receipts.writeFrom(createOrder);
    ordersTopic.publishFrom(createOrder);

    const listOrders = apiFunction('ListOrders', 'list-orders');
    shards.connect(listOrders);

    const health = apiFunction('Health', 'health');
    shards.connect(health);
    receipts.probeFrom(health);
    ordersTopic.describeFrom(health);

    // Less than the minute between two runs, so that they rarely meet.
    const relayOutbox = node('RelayOutbox', 'relay-outbox', Duration.seconds(55), 512);
    shards.connect(relayOutbox);
    receipts.writeFrom(relayOutbox);
    ordersTopic.publishFrom(relayOutbox);
    relayOutbox.addEnvironment('REPUBLISH_AFTER_MINUTES', String(props.republishAfterMinutes));
    new Rule(this, 'RelaySchedule', {
      description: 'Delivers what is overdue in the outboxes',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(relayOutbox)],
    });

    const confirmOrders = node('ConfirmOrders', 'confirm-orders', Duration.seconds(60), 256);
    shards.connect(confirmOrders);
    // No end to the attempts and no destination: a shard that is away for hours must not lose its confirmations.
    new KafkaEventSource(this, 'ConfirmationsSource', {
      stage,
      fn: confirmOrders,
      cluster: stream.cluster,
      topic: stream.orderConfirmationsTopic,
      consumerGroup: 'order-confirmation-group',
    });

    this.api = new OrdersApi(this, 'Api', { stage, createOrder, listOrders, health }).restApi;
    new CfnOutput(this, 'ApiUrl', { value: this.api.url });
    new CfnOutput(this, 'ReceiptsBucketName', { value: receipts.bucket.bucketName });
  }
}
