import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { z } from 'zod';
import { singleBrokerProperties } from '../../engines/kafka/properties.ts';

// Node finds no named exports of these names in the CommonJS package.
const { ConfigResourceTypes, KafkaJSProtocolError } = kafkajs;

const CATCH_UP_MS = 10_000;

export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** What matters of an `AWS::MSK::Topic` here. */
export const topicProperties = z.object({
  ClusterArn: z.string(),
  TopicName: z.string(),
  PartitionCount: z.coerce.number(),
  Configs: z.base64().optional(),
});

/** A topic as its properties declare it, for a single broker. */
export function topicOf({ TopicName, PartitionCount, Configs }: z.output<typeof topicProperties>): TopicDefinition {
  const configs = singleBrokerProperties(Buffer.from(Configs ?? '', 'base64').toString('utf8'));
  return { name: TopicName, partitions: PartitionCount, configs };
}

/** Creates a topic, or brings the one of an earlier run to its declared configuration and number of partitions. */
export async function ensureTopic(kafka: Kafka, topic: TopicDefinition): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await whileBrokerCatchesUp(() => createOrAdapt(admin, topic));
  } finally {
    await admin.disconnect();
  }
}

/** A broker that has just started may deny for a moment that it has the topics of an earlier run. */
async function whileBrokerCatchesUp(work: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + CATCH_UP_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof KafkaJSProtocolError && error.retriable) || Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}

async function createOrAdapt(admin: Admin, topic: TopicDefinition): Promise<void> {
  const configEntries = Object.entries(topic.configs).map(([name, value]) => ({ name, value }));
  const isNew = await admin.createTopics({
    topics: [{ topic: topic.name, numPartitions: topic.partitions, replicationFactor: 1, configEntries }],
  });
  if (!isNew) await adapt(admin, topic, configEntries);
}

/** @throws Error when the topic has more partitions than declared: Kafka cannot take partitions away */
async function adapt(
  admin: Admin,
  { name, partitions }: TopicDefinition,
  configEntries: { name: string; value: string }[],
) {
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  const existing = topics[0]?.partitions.length ?? 0;
  if (existing > partitions) {
    throw new Error(`the topic has ${existing} partitions and is to have ${partitions}; Kafka cannot remove any`);
  }
  if (existing < partitions) {
    await admin.createPartitions({ topicPartitions: [{ topic: name, count: partitions }] });
  }
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries }],
  });
}
