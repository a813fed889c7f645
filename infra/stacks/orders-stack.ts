import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { KafkaTopic } from '../constructs/kafka-topic.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { OrdersApi } from '../constructs/orders-api.ts';
import { ReceiptsBucket } from '../constructs/receipts-bucket.ts';
import type { ShardSet } from '../constructs/shard-set.ts';
import type { Stage } from '../stage.ts';

export interface OrdersStackProps extends StackProps {
  readonly stage: Stage;
  readonly vpc: IVpc;
  readonly shards: ShardSet;
  readonly ordersTopic: KafkaTopic;
  readonly receiptsBucket?: string | undefined;
}

/** The HTTP API with its functions, and the receipts that they write. */
export class OrdersStack extends Stack {
  readonly api: RestApi;

  constructor(scope: Construct, id: string, props: OrdersStackProps) {
    super(scope, id, props);
    const { stage, vpc, shards, ordersTopic } = props;
    // A function must not meet a schema older than itself.
    this.addStackDependency(Stack.of(shards));

    const receipts = new ReceiptsBucket(this, 'Receipts', { stage, bucketName: props.receiptsBucket });
    const apiFunction = (id: string, folder: string) =>
      new NodeFunction(this, id, { stage, vpc, folder, timeout: Duration.seconds(10), memoryMiB: 512 });

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

    this.api = new OrdersApi(this, 'Api', { stage, createOrder, listOrders, health }).restApi;
    new CfnOutput(this, 'ApiUrl', { value: this.api.url });
    new CfnOutput(this, 'ReceiptsBucketName', { value: receipts.bucket.bucketName });
  }
}
