import { type Consumer, type EachBatchPayload, Kafka, type KafkaMessage, type RetryOptions } from 'kafkajs';
import { withDeadline } from '../../domain/deadline.ts';
import type { Log } from '../../domain/ports.ts';
import type { TopicReader, TopicRecord } from '../../domain/topic-records.ts';
import { type KafkaSettings, kafkaConfig } from './client.ts';
import { registerDecompression, type UndecodableBatchError } from './codecs.ts';

registerDecompression();

/** To find the ends, join the group (up to 10 s after a reader that was cut off) and read. */
const READ_TIMEOUT_MS = 40_000;
const DISCONNECT_TIMEOUT_MS = 3_000;
/** The group's coordinator may still have to be found. */
const READER_RETRY: RetryOptions = { retries: 10, initialRetryTime: 100, maxRetryTime: 1_000 };

/** By the patch of KafkaJS. */
type ReadMessage = KafkaMessage & { readonly undecodable?: UndecodableBatchError };

/** Where the records of a partition begin, and the offset behind the last. */
interface Extent {
  readonly topic: string;
  readonly partition: number;
  readonly low: string;
  readonly high: string;
}

/** Reads whole topics as a member of a consumer group, whose offsets it leaves alone. */
export class KafkaTopicReader implements TopicReader {
  readonly #settings: KafkaSettings & { readonly groupId: string };
  readonly #log: Log;

  constructor(settings: KafkaSettings & { readonly groupId: string }, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  /** @throws DeadlineExceededError after 40 s; otherwise what KafkaJS throws */
  async readToEnd(topics: readonly string[], visit: (record: TopicRecord) => void): Promise<void> {
    const kafka = new Kafka(kafkaConfig(this.#settings, this.#log, READER_RETRY));
    const started = performance.now();
    const extents = await this.#extents(kafka, topics);
    if (extents.length === 0) return;
    const consumer = kafka.consumer({
      groupId: this.#settings.groupId,
      // A reader that was cut off stays in the group, and delays the next one, for this long.
      sessionTimeout: 10_000,
      rebalanceTimeout: 15_000,
      maxWaitTimeInMs: 500,
      retry: { ...READER_RETRY, restartOnFailure: async () => false },
    });
    try {
      const left = READ_TIMEOUT_MS - (performance.now() - started);
      await withDeadline(left, `Reading ${topics.join(' and ')}`, consume(consumer, extents, visit));
    } finally {
      await this.#close(consumer);
    }
  }

  async #extents(kafka: Kafka, topics: readonly string[]): Promise<Extent[]> {
    const admin = kafka.admin();
    const find = async () => {
      await admin.connect();
      const found = await Promise.all(
        topics.map(async (topic) => {
          const partitions = await admin.fetchTopicOffsets(topic);
          return partitions.map(({ partition, low, high }) => ({ topic, partition, low, high }));
        }),
      );
      return found.flat().filter(({ low, high }) => low !== high);
    };
    try {
      return await withDeadline(READ_TIMEOUT_MS, `Finding the ends of ${topics.join(' and ')}`, find());
    } finally {
      await this.#close(admin);
    }
  }

  async #close(client: { disconnect(): Promise<void> }): Promise<void> {
    await withDeadline(DISCONNECT_TIMEOUT_MS, 'Disconnecting', client.disconnect()).catch((error) =>
      this.#log.warn('a Kafka client did not close', { error }),
    );
  }
}

async function consume(
  consumer: Consumer,
  extents: readonly Extent[],
  visit: (record: TopicRecord) => void,
): Promise<void> {
  const finished = Promise.withResolvers<void>();
  const open = new Map(extents.map((extent) => [`${extent.topic}-${extent.partition}`, BigInt(extent.high) - 1n]));
  consumer.on(consumer.events.CRASH, ({ payload }) => finished.reject(payload.error));
  // Also covers what no callback sees, such as the end of a transaction behind the last record.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, lastOffset } }) => {
    const name = `${topic}-${partition}`;
    if (BigInt(lastOffset) >= (open.get(name) ?? -1n)) open.delete(name);
    if (open.size === 0) finished.resolve();
  });
  const start = async () => {
    await consumer.connect();
    await consumer.subscribe({ topics: [...new Set(extents.map(({ topic }) => topic))], fromBeginning: true });
    const joining = consumer.run({ autoCommit: false, eachBatch: async (payload) => showAll(payload, visit) });
    // Overrides committed offsets. Before the consumer has joined, so that it fetches nothing else first.
    for (const { topic, partition, low } of extents) consumer.seek({ topic, partition, offset: low });
    await joining;
  };
  await Promise.all([finished.promise, start()]);
}

function showAll({ batch }: EachBatchPayload, visit: (record: TopicRecord) => void): void {
  for (const { offset, timestamp, key, value, undecodable } of batch.messages as ReadMessage[]) {
    const place = { topic: batch.topic, partition: batch.partition, offset: Number(offset) };
    const flaw = undecodable && { undecodable: undecodable.message };
    visit({ ...place, timestamp: Number(timestamp), key, value, ...flaw });
  }
}
