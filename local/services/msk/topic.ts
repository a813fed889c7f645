import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { z } from 'zod';
import { forSingleBroker } from '../../engines/kafka/properties.ts';

// Node does not find these as named exports of the CommonJS package.
const { ConfigResourceTypes, KafkaJSProtocolError } = kafkajs;

const CATCH_UP_MS = 10_000;

export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** As MSK takes them: base64 of a JSON object with texts as values. */
const configs = z.base64().transform((encoded, context) => {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  } catch {
    context.addIssue('must be base64 of a JSON object with texts as values');
    return z.NEVER;
  }
});

/** Reads the properties of a topic, for one broker. */
export const topicProperties = z
  .object({ TopicName: z.string(), PartitionCount: z.coerce.number(), Configs: configs.optional() })
  .transform(
    ({ TopicName, PartitionCount, Configs = {} }): TopicDefinition => ({
      name: TopicName,
      partitions: PartitionCount,
      configs: forSingleBroker(Configs),
    }),
  );

/** Creates a topic, or updates the configuration and the number of partitions of an existing one. */
export async function ensureTopic(kafka: Kafka, topic: TopicDefinition): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await whileBrokerCatchesUp(() => createOrUpdate(admin, topic));
  } finally {
    await admin.disconnect();
  }
}

/** A broker that has just started may not know its topics for a moment. */
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

async function createOrUpdate(admin: Admin, topic: TopicDefinition): Promise<void> {
  const configEntries = Object.entries(topic.configs).map(([name, value]) => ({ name, value }));
  const isNew = await admin.createTopics({
    topics: [{ topic: topic.name, numPartitions: topic.partitions, replicationFactor: 1, configEntries }],
  });
  if (!isNew) await update(admin, topic, configEntries);
}

async function update(
  admin: Admin,
  { name, partitions }: TopicDefinition,
  configEntries: { name: string; value: string }[],
) {
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  const existing = topics[0]?.partitions.length ?? 0;
  if (existing > partitions) {
    throw new Error(
      `the topic has ${existing} partitions and should have ${partitions}, but Kafka cannot remove any. ` +
        'Restore the number, or drop all local data with `npm run reset`.',
    );
  }
  if (existing < partitions) {
    await admin.createPartitions({ topicPartitions: [{ topic: name, count: partitions }] });
  }
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries }],
  });
}
