import kafkajs, { type Admin, type Kafka } from 'kafkajs';

// Node finds no named export of this name in the CommonJS package.
const { ConfigResourceTypes } = kafkajs;

export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** Creates a topic, or brings the one of an earlier run to its declared configuration and number of partitions. */
export async function ensureTopic(kafka: Kafka, topic: TopicDefinition): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const configEntries = Object.entries(topic.configs).map(([name, value]) => ({ name, value }));
    const isNew = await admin.createTopics({
      topics: [{ topic: topic.name, numPartitions: topic.partitions, replicationFactor: 1, configEntries }],
    });
    if (!isNew) await adapt(admin, topic, configEntries);
  } finally {
    await admin.disconnect();
  }
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
