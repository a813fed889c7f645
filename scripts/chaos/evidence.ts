import { randomUUID } from 'node:crypto';
import { GetObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { type EachBatchPayload, Kafka, logLevel } from 'kafkajs';
import { operatorConfig } from '../../local/aws-identity.ts';
import type { OwnAddresses } from '../own-addresses.ts';
import { readBacklog, readOrders, type StoredOrder } from './shards.ts';

const BUCKET = 'order-receipts';
const PARALLEL_READS = 16;
const TOPIC_TIMEOUT_MS = 120_000;

export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
  /** The CloudEvents header `ce_id`. */
  readonly eventId: string;
}

/** All that can be found from outside once nothing is in flight. */
export interface Evidence {
  readonly rows: readonly StoredOrder[];
  readonly outboxRows: number;
  readonly receipts: ReadonlyMap<string, string>;
  /** In each partition in the order of their offsets. */
  readonly events: readonly TopicRecord[];
  readonly confirmations: readonly TopicRecord[];
}

/** Looks at everything from outside, with clients that know nothing of the project's code. */
export async function readEvidence(addresses: OwnAddresses): Promise<Evidence> {
  const rows = await readOrders(addresses);
  const [{ outboxRows }, receipts, events, confirmations] = await Promise.all([
    readBacklog(addresses),
    readReceipts(addresses, rows.map(receiptKey)),
    readTopic(addresses, 'orders'),
    readTopic(addresses, 'order-confirmations'),
  ]);
  return { rows, outboxRows, receipts, events, confirmations };
}

/** The key of the order's receipt in the receipts bucket. */
export function receiptKey(order: { readonly userId: string; readonly id: string }): string {
  return `receipts/${order.userId}/${order.id}.txt`;
}

/** Reads receipts by their keys. Those that do not exist or cannot be read are left out. */
async function readReceipts({ aws }: OwnAddresses, keys: readonly string[]): Promise<Map<string, string>> {
  const s3 = new S3Client({ ...operatorConfig(aws), forcePathStyle: true });
  const receipts = new Map<string, string>();
  const remaining = keys.values();
  const reader = async () => {
    for (const Key of remaining) {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
        receipts.set(Key, (await Body?.transformToString()) ?? '');
      } catch (error) {
        if (!(error instanceof S3ServiceException)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_READS }, reader));
  s3.destroy();
  return receipts;
}

/**
 * Reads all records that a topic holds at this moment.
 *
 * @throws Error when that takes longer than two minutes
 */
async function readTopic({ kafka: broker }: OwnAddresses, topic: string): Promise<TopicRecord[]> {
  const kafka = new Kafka({ clientId: 'chaos', brokers: [broker], logLevel: logLevel.NOTHING });
  const unread = await findUnread(kafka, topic);
  const records: TopicRecord[] = [];
  if (unread.size === 0) return records;

  const consumer = kafka.consumer({ groupId: `chaos-${randomUUID()}` });
  const { promise: readAll, resolve, reject } = Promise.withResolvers<void>();
  const timeout = new Error(`The topic ${topic} could not be read within two minutes.`);
  const timer = setTimeout(() => reject(timeout), TOPIC_TIMEOUT_MS);
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
