import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { KafkaCluster } from '../constructs/kafka-cluster.ts';
import { KafkaEventSource } from '../constructs/kafka-event-source.ts';
import type { KafkaTopic } from '../constructs/kafka-topic.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import type { Stage } from '../stage.ts';

export interface ConsumerStackProps extends StackProps {
  readonly stage: Stage;
  readonly vpc: IVpc;
  readonly cluster: KafkaCluster;
  readonly ordersTopic: KafkaTopic;
}

/** The consumer of order events: it has Kafka, and no way to a database, a bucket or a secret. */
export class ConsumerStack extends Stack {
  constructor(scope: Construct, id: string, props: ConsumerStackProps) {
    super(scope, id, props);
    const { stage, vpc, cluster, ordersTopic } = props;
    const consumeOrders = new NodeFunction(this, 'ConsumeOrders', {
      stage,
      vpc,
      folder: 'consume-orders',
      timeout: Duration.seconds(60),
      memoryMiB: 256,
    });
    consumeOrders.connections.allowToDefaultPort(cluster, 'Kafka brokers');
    new KafkaEventSource(this, 'OrdersSource', {
      fn: consumeOrders,
      cluster,
      topic: ordersTopic,
      consumerGroup: 'order-consumer-group',
      pollerGroup: `orderflow-${stage.name}`,
    });
  }
}
