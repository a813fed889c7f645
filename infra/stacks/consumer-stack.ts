import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { KafkaEventSource } from '../constructs/kafka-event-source.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import type { Stage } from '../stage.ts';
import type { StreamStack } from './stream-stack.ts';

const DLT_GROUP = 'order-dlt-group';

export interface ConsumerStackProps extends StackProps {
  readonly stage: Stage;
  readonly vpc: IVpc;
  readonly stream: StreamStack;
}

/**
 * The consumer of order events, and the operator's function for those that it could not process.
 * Both have Kafka, and no way to a database, a bucket or a secret.
 */
export class ConsumerStack extends Stack {
  constructor(scope: Construct, id: string, props: ConsumerStackProps) {
    super(scope, id, props);
    const { stage, vpc, stream } = props;
    const { ordersTopic, ordersDltTopic, ordersDltHandledTopic } = stream;
    const kafkaFunction = (id: string, folder: string) =>
      new NodeFunction(this, id, { stage, vpc, folder, timeout: Duration.seconds(60), memoryMiB: 256 });

    const consumeOrders = kafkaFunction('ConsumeOrders', 'consume-orders');
    stream.orderConfirmationsTopic.publishFrom(consumeOrders);
    new KafkaEventSource(this, 'OrdersSource', {
      stage,
      fn: consumeOrders,
      cluster: stream.cluster,
      topic: ordersTopic,
      consumerGroup: 'order-consumer-group',
      retryAttempts: 3,
      onFailureTopic: ordersDltTopic,
    });

    const dlt = kafkaFunction('Dlt', 'dlt');
    ordersTopic.publishFrom(dlt);
    ordersDltTopic.readFrom(dlt, DLT_GROUP);
    ordersDltHandledTopic.readFrom(dlt, DLT_GROUP);
    ordersDltHandledTopic.publishFrom(dlt);
  }
}
