import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { CONSUMER_GROUPS } from '../../functions/contract/topics.ts';
import type { Stage } from '../config/stage.ts';
import { NodeFunction } from '../constructs/functions/node-function.ts';
import { KafkaEventSource } from '../constructs/kafka/kafka-event-source.ts';
import type { Network } from '../constructs/network.ts';
import type { StreamStack } from './stream-stack.ts';

export interface ConsumerStackProps extends StackProps {
  readonly stage: Stage;
  readonly network: Network | undefined;
  readonly stream: StreamStack;
  readonly alarmTopic: ITopic | undefined;
}

/**
 * The consumer of order events, and the operator's function for those that it could not process. Both have Kafka, and no
 * way to a database, a bucket, a secret or a tracing service.
 */
export class ConsumerStack extends Stack {
  readonly consumeOrders: NodeFunction;
  readonly dlt: NodeFunction;

  constructor(scope: Construct, id: string, props: ConsumerStackProps) {
    super(scope, id, props);
    const { stage, network, stream, alarmTopic } = props;
    const { ordersTopic, ordersDltTopic, ordersDltHandledTopic } = stream;
    const timeout = Duration.seconds(60);
    const common = { stage, network, timeout, memoryMiB: 256, tracing: false };

    this.consumeOrders = new NodeFunction(this, 'ConsumeOrders', { ...common, alarmTopic, folder: 'consume-orders' });
    stream.orderConfirmationsTopic.publishFrom(this.consumeOrders);
    new KafkaEventSource(this, 'OrdersSource', {
      stage,
      fn: this.consumeOrders,
      cluster: stream.cluster,
      topic: ordersTopic,
      consumerGroup: CONSUMER_GROUPS.orders,
      waitsForMore: false,
      retryAttempts: 3,
      onFailureTopic: ordersDltTopic,
    });

    // No canary: it is called too seldom for five minutes to tell anything.
    this.dlt = new NodeFunction(this, 'Dlt', { ...common, folder: 'dlt' });
    ordersTopic.publishFrom(this.dlt);
    ordersDltTopic.readFrom(this.dlt, CONSUMER_GROUPS.deadLetters);
    ordersDltHandledTopic.readFrom(this.dlt, CONSUMER_GROUPS.deadLetters);
    ordersDltHandledTopic.publishFrom(this.dlt);
  }
}
