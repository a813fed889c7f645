import { Duration, Size, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TOPICS } from '../../functions/contract/topics.ts';
import { nextMap, presentMap, type ShardRange } from '../../functions/domain/shard-map.ts';
import { DEAD_LETTER_DAYS } from '../config/retention.ts';
import type { Stage } from '../config/stage.ts';
import { KafkaCluster } from '../constructs/kafka/kafka-cluster.ts';
import { KafkaTopic, type KafkaTopicProps } from '../constructs/kafka/kafka-topic.ts';
import type { Network } from '../constructs/network.ts';

const ORDERS_PARTITIONS = 6;

/** Kafka's default. It takes 1 MiB to 2 GiB (https://kafka.apache.org/41/configuration/topic-configs/, `segment.bytes`). */
const LARGEST_SEGMENT = Size.gibibytes(1).toBytes();

export interface StreamStackProps extends StackProps {
  readonly stage: Stage;
  readonly network: Network | undefined;
  readonly confirmationPartitions: number;
  readonly shards: readonly ShardRange[];
}

/** The Kafka cluster and its topics. The topics' shares of the brokers' disks leave a quarter free. */
export class StreamStack extends Stack {
  readonly cluster: KafkaCluster;
  readonly ordersTopic: KafkaTopic;
  readonly orderConfirmationsTopic: KafkaTopic;
  readonly ordersDltTopic: KafkaTopic;
  readonly ordersDltHandledTopic: KafkaTopic;
  /** All of them. */
  readonly topics: readonly KafkaTopic[];

  constructor(scope: Construct, id: string, props: StreamStackProps) {
    super(scope, id, props);
    const { stage, network, confirmationPartitions, shards } = props;
    const cluster = new KafkaCluster(this, 'Kafka', { stage, network });
    this.cluster = cluster;
    const topics: KafkaTopic[] = [];
    this.topics = topics;
    const addTopic = (id: string, topic: Pick<KafkaTopicProps, 'topicName' | 'partitions' | 'configs'>): KafkaTopic => {
      const added = new KafkaTopic(this, id, { stage, cluster, ...topic });
      // Nothing says that MSK works on several topics of a cluster at once.
      const before = topics.at(-1);
      if (before !== undefined) added.node.addDependency(before);
      topics.push(added);
      return added;
    };
    this.ordersTopic = addTopic('Orders', {
      topicName: TOPICS.orders,
      partitions: ORDERS_PARTITIONS,
      configs: shareOfDisk(stage, 0.4, ORDERS_PARTITIONS),
    });
    this.orderConfirmationsTopic = addTopic('OrderConfirmations', {
      topicName: TOPICS.orderConfirmations,
      partitions: confirmationPartitions,
      configs: shareOfDisk(stage, 0.2, sharingPartitions(shards, confirmationPartitions)),
    });
    this.ordersDltTopic = addTopic('OrdersDlt', {
      topicName: TOPICS.ordersDlt,
      partitions: 1,
      configs: {
        ...shareOfDisk(stage, 0.15, 1),
        // Lambda wraps a record as base64 in JSON, so the largest that `orders` takes would not fit into Kafka's 1 MiB.
        'max.message.bytes': String(4 * 1024 * 1024),
        'retention.ms': String(Duration.days(DEAD_LETTER_DAYS).toMilliseconds()),
      },
    });
    // Without a share: Kafka does not limit a compacted topic by bytes, and a note is a few hundred of them.
    this.ordersDltHandledTopic = addTopic('OrdersDltHandled', {
      topicName: TOPICS.ordersDltHandled,
      partitions: 1,
      configs: { 'cleanup.policy': 'compact' },
    });
  }
}

/**
 * How many partitions share the disk that confirmations may fill. While there is a next map, as many as before: MSK changes the
 * partitions of a topic or its settings, not both at once.
 * https://docs.aws.amazon.com/msk/latest/developerguide/msk-update-topic.html
 */
function sharingPartitions(shards: readonly ShardRange[], partitions: number): number {
  return nextMap(shards) === undefined ? partitions : Math.max(...presentMap(shards).map(({ id }) => id));
}

/**
 * Keeps a topic from filling the brokers' disks. Kafka deletes the oldest records at the first limit that is reached: their
 * age (`retention.ms`, a week by default) or the bytes of their partition. It deletes whole segments, and only while
 * `retention.bytes` remain, so a partition grows by up to one segment more. Each broker holds a copy of every partition,
 * since there are as many copies as brokers.
 *
 * @param share of each broker's disk, from 0 to 1, for all partitions together
 */
function shareOfDisk({ kafka }: Stage, share: number, partitions: number): Record<string, string> {
  const partitionBytes = Math.floor((share * Size.gibibytes(kafka.storageGiB).toBytes()) / partitions);
  const segmentBytes = Math.min(Math.floor(partitionBytes / 8), LARGEST_SEGMENT);
  return { 'retention.bytes': String(partitionBytes - segmentBytes), 'segment.bytes': String(segmentBytes) };
}
