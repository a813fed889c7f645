import type { Kafka } from 'kafkajs';
import { vi } from 'vitest';

/**
 * Creates a topic and waits until it can be used: a busy broker is told late that it leads a new partition, and only then
 * gives out offsets.
 *
 * @throws what the broker last said, after 15 s
 */
export async function createTopic(
  kafka: Kafka,
  topic: string,
  numPartitions: number,
  config: Readonly<Record<string, string>> = {},
): Promise<void> {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: false });
    await vi.waitFor(() => admin.fetchTopicOffsets(topic), { timeout: 15_000, interval: 50 });
  } finally {
    await admin.disconnect();
  }
}
