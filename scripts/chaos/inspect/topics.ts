import { randomUUID } from 'node:crypto';
import { type EachBatchPayload, Kafka, logLevel } from 'kafkajs';
import type { Addresses } from '../../../local/start.ts';
import type { TopicRecord } from '../evidence.ts';

const WITHIN_MS = 120_000;

/**
 * Reads all records that a topic holds at this moment.
 *
 * @throws Error when that takes longer than two minutes
 */
export async function readTopic({ kafka: broker }: Addresses, topic: string): Promise<TopicRecord[]> {
  const kafka = new Kafka({ clientId: 'chaos', brokers: [broker], logLevel: logLevel.NOTHING });
  const unread = await findUnread(kafka, topic);
  const records: TopicRecord[] = [];
  if (unread.size === 0) return records;

  const consumer = kafka.consumer({ groupId: `chaos-${randomUUID()}` });
  const { promise: readAll, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`The topic ${topic} cannot be read within two minutes.`)), WITHIN_MS);
  const eachBatch = async ({ batch }: EachBatchPayload) => {
    for (const { offset, key, value, headers } of batch.messages) {
      records.push({
        partition: batch.partition,
        offset: Number(offset),
        key: String(key),
        value: String(value),
        eventId: String(headers?.ce_id),
      });
    }
    if (Number(batch.lastOffset()) + 1 >= (unread.get(batch.partition) ?? 0)) unread.delete(batch.partition);
    if (unread.size === 0) resolve();
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachBatch });
    await readAll;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
  return records;
}

/** The partitions that hold records, with the offset after their last one. */
async function findUnread(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets.filter(({ high, low }) => high !== low).map(({ partition, high }) => [partition, Number(high)]),
    );
  } finally {
    await admin.disconnect();
  }
}
