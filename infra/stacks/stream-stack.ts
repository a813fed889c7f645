import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TOPICS } from '../../functions/contract/topics.ts';
import type { Stage } from '../config/stage.ts';
import { KafkaCluster } from '../constructs/kafka/kafka-cluster.ts';
import { KafkaTopic } from '../constructs/kafka/kafka-topic.ts';
import type { Network } from '../constructs/network.ts';

/** How long an operator has for an event that could not be processed. */
const DLT_RETENTION = Duration.days(30);
const ORDERS_PARTITIONS = 6;

export interface StreamStackProps extends StackProps {
  readonly stage: Stage;
  readonly network: Network | undefined;
  /** How many shards the orders lie on. */
  readonly shardCount: number;
}

/** The Kafka cluster and its topics. */
export class StreamStack extends Stack {
  readonly cluster: KafkaCluster;
  readonly ordersTopic: KafkaTopic;
  readonly orderConfirmationsTopic: KafkaTopic;
  readonly ordersDltTopic: KafkaTopic;
  readonly ordersDltHandledTopic: KafkaTopic;

  constructor(scope: Construct, id: string, props: StreamStackProps) {
    super(scope, id, props);
    const { stage, network, shardCount } = props;
    const cluster = new KafkaCluster(this, 'Kafka', { stage, network });
    this.cluster = cluster;
    this.ordersTopic = new KafkaTopic(this, 'Orders', {
      stage,
      cluster,
      topicName: TOPICS.orders,
      partitions: ORDERS_PARTITIONS,
      configs: shareOfDisk(stage, 0.5, ORDERS_PARTITIONS),
    });
    this.orderConfirmationsTopic = new KafkaTopic(this, 'OrderConfirmations', {
      stage,
      cluster,
      topicName: TOPICS.orderConfirmations,
      partitions: shardCount,
      configs: shareOfDisk(stage, 0.25, shardCount),
    });
    this.ordersDltTopic = new KafkaTopic(this, 'OrdersDlt', {
      stage,
      cluster,
      topicName: TOPICS.ordersDlt,
      partitions: 1,
      configs: {
        // Lambda wraps a record as base64 in JSON, so the largest that `orders` takes would not fit into Kafka's 1 MiB.
        'max.message.bytes': String(4 * 1024 * 1024),
        'retention.ms': String(DLT_RETENTION.toMilliseconds()),
      },
    });
    this.ordersDltHandledTopic = new KafkaTopic(this, 'OrdersDltHandled', {
      stage,
      cluster,
      topicName: TOPICS.ordersDltHandled,
      partitions: 1,
      configs: { 'cleanup.policy': 'compact' },
    });
    // Nothing says that MSK works on several topics of a cluster at once.
    const topics = [this.ordersTopic, this.orderConfirmationsTopic, this.ordersDltTopic, this.ordersDltHandledTopic];
    for (const [index, topic] of topics.entries()) {
      const before = topics[index - 1];
      if (before !== undefined) topic.node.addDependency(before);
    }
  }
}

/**
 * Keeps a topic from filling the brokers' disks before its records are a week old. Each broker holds a copy of every
 * partition, since there are as many copies as brokers.
 */
function shareOfDisk({ kafka }: Stage, share: number, partitions: number): Record<string, string> {
  return { 'retention.bytes': String(Math.floor((share * kafka.storageGiB * 1024 ** 3) / partitions)) };
}
