import { randomBytes } from 'node:crypto';
import tls from 'node:tls';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createTopic } from '../../../tests/support/topics.ts';
import { confirm, orderCreated } from '../../domain/events.ts';
import type { TopicRecord } from '../../domain/topic-records.ts';
import { anOrder } from '../../testing/orders.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { registerDecompression } from './codecs.ts';
import { KafkaConfirmationPublisher } from './confirmation-publisher.ts';
import { KafkaEventPublisher } from './event-publisher.ts';
import { KafkaTopicProbe } from './topic-probe.ts';
import { TopicProducer } from './topic-producer.ts';
import { KafkaTopicReader } from './topic-reader.ts';

const gzip = promisify(zlib.gzip);
/** A group of this file's own. */
const groupId = `order-dlt-group-${crypto.randomUUID()}`;
const EVENT = orderCreated(anOrder(), { id: 1, from: 'A', to: 'M' });
const kafka = inject('kafka');
/** A client that need not sign in. */
const operator = () => new Kafka({ brokers: [`127.0.0.1:${kafka.port}`], logLevel: logLevel.NOTHING });

/** The first message of the topic, read past the sign-in by the operator. */
async function readFirst(topic: string) {
  const consumer = operator().consumer({ groupId: `read-${topic}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const first = Promise.withResolvers<{ key: string; value: string; headers: Record<string, string> }>();
  await consumer.run({
    eachMessage: async ({ message: { key, value, headers } }) => {
      const text = Object.entries(headers ?? {}).map(([name, bytes]) => [name, String(bytes)]);
      first.resolve({ key: String(key), value: String(value), headers: Object.fromEntries(text) });
    },
  });
  try {
    return await first.promise;
  } finally {
    await consumer.disconnect();
  }
}

beforeAll(() => {
  process.env.AWS_ACCESS_KEY_ID = kafka.credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = kafka.credentials.secretAccessKey;
  process.env.AWS_SESSION_TOKEN = kafka.credentials.sessionToken;
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), kafka.caPem]);
});

describe('Kafka', () => {
  let settings: { brokers: string[]; auth: 'iam'; region: string; topic: string };
  let publisher: KafkaEventPublisher;

  beforeEach(async () => {
    settings = {
      brokers: [`localhost:${kafka.mskPort}`],
      auth: 'iam',
      region: 'us-east-1',
      topic: `orders-${crypto.randomUUID()}`,
    };
    await createTopic(operator(), settings.topic, 6);
    publisher = new KafkaEventPublisher(settings, new MemoryLog());
  });
  afterEach(() => publisher.close());

  it('gets an event as a CloudEvent, from a client that signed in as its role', async () => {
    await publisher.warmUp();
    await publisher.publish(EVENT);
    const { key, value, headers } = await readFirst(settings.topic);
    expect(key).toBe('alice');
    expect(JSON.parse(value)).toMatchObject({ event_type: 'order.created', total: 299.98 });
    expect(headers).toMatchObject({ 'content-type': 'application/json', ce_id: EVENT.orderId });
  });

  it('does not take an event while it refuses the sign-in', async () => {
    const stranger = new KafkaEventPublisher(settings, new MemoryLog());
    const secret = process.env.AWS_SECRET_ACCESS_KEY;
    process.env.AWS_SECRET_ACCESS_KEY = 'another';
    try {
      await expect(stranger.publish(EVENT)).rejects.toThrow(/[Aa]uthentication failed/);
    } finally {
      process.env.AWS_SECRET_ACCESS_KEY = secret;
      await stranger.close();
    }
  });

  it('gets an event over plaintext from a client that need not sign in', async () => {
    const open = { ...settings, brokers: [`127.0.0.1:${kafka.port}`], auth: 'none' } as const;
    const plain = new KafkaEventPublisher(open, new MemoryLog());
    await plain.publish(EVENT);
    expect((await readFirst(settings.topic)).headers).toMatchObject({ ce_id: EVENT.orderId });
    await plain.close();
  });

  it('is healthy for a topic that exists and not for one that does not', async () => {
    const probe = new KafkaTopicProbe(settings, new MemoryLog());
    const missing = new KafkaTopicProbe({ ...settings, topic: 'missing' }, new MemoryLog());
    await probe.check();
    await expect(missing.check()).rejects.toThrow();
    await Promise.all([probe.close(), missing.close()]);
  });

  describe('as the topic of confirmations', () => {
    const confirmation = (userId: string, shard: number) =>
      confirm(orderCreated(anOrder({ userId }), { id: shard, from: 'A', to: 'Z' }), new Date());
    let confirmations: KafkaConfirmationPublisher;

    beforeEach(() => {
      confirmations = new KafkaConfirmationPublisher(settings, new MemoryLog());
      return () => confirmations.close();
    });

    it('keeps each confirmation in the partition of its shard', async () => {
      await confirmations.publish([confirmation('alice', 1), confirmation('zara', 6), confirmation('bob', 1)]);
      const placed = (await readAll(settings.topic)).map(({ partition, key }) => `${partition} ${key}`);
      expect(placed.sort()).toEqual(['0 alice', '0 bob', '5 zara']);
    });

    it('takes none of a batch that names a shard without a partition, and the others later', async () => {
      const refused = confirmations.publish([confirmation('alice', 1), confirmation('zara', 7)]);
      await expect(refused).rejects.toMatchObject({ code: 'unknown_shard', shards: 6 });
      await confirmations.publish([confirmation('alice', 1)]);
      expect(await readAll(settings.topic)).toHaveLength(1);
    });

    it('gets a confirmation of a new shard once its partition has been added, though it was refused before', async () => {
      await expect(confirmations.publish([confirmation('zara', 7)])).rejects.toMatchObject({ code: 'unknown_shard' });
      const admin = operator().admin();
      await admin.connect();
      await admin.createPartitions({ topicPartitions: [{ topic: settings.topic, count: 7 }] });
      await admin.disconnect();
      await expect.poll(() => confirmations.publish([confirmation('zara', 7)]).then(() => 'done', String)).toBe('done');
      expect((await readAll(settings.topic)).at(-1)).toMatchObject({ partition: 6 });
    });
  });

  describe('read as a whole', () => {
    it('shows every record of several topics, each partition oldest first, and the same again next time', async () => {
      const other = `${settings.topic}-other`;
      await createTopic(operator(), other, 6);
      const writer = new TopicProducer({ ...settings, topic: other }, new MemoryLog());
      // More than one request, and more than one fetch takes.
      const large = Buffer.alloc(900 * 1024, 'x');
      for (const key of ['a', 'b', 'c']) await writer.send([{ key, value: large, partition: 2 }]);
      await writer.send([{ key: null, value: null, partition: 3 }]);
      await writer.close();
      await publisher.publishAll(Array.from({ length: 1_000 }, () => EVENT));

      for (let run = 0; run < 2; run++) {
        const records = await readAll(settings.topic, other);
        const offsets = records.filter(({ topic }) => topic === settings.topic).map(({ offset }) => offset);
        expect(offsets).toEqual(Array.from({ length: 1_000 }, (_, offset) => offset));
        const others = records.filter(({ topic }) => topic === other);
        expect(others.filter(({ partition }) => partition === 2).map(({ value }) => value?.length)).toEqual([
          large.length,
          large.length,
          large.length,
        ]);
        expect(others.filter(({ partition }) => partition === 3)).toMatchObject([{ key: null, value: null }]);
      }
    });

    it('is read from its beginning whatever its group has committed', async () => {
      await publisher.publishAll([EVENT, EVENT, EVENT]);
      const [{ partition }] = (await readAll(settings.topic)) as [TopicRecord];
      const admin = operator().admin();
      await admin.connect();
      await admin.setOffsets({ groupId, topic: settings.topic, partitions: [{ partition, offset: '2' }] });
      await admin.disconnect();
      expect((await readAll(settings.topic)).map(({ offset }) => offset)).toEqual([0, 1, 2]);
    });

    it('shows nothing of an empty topic, and fails for one that does not exist', async () => {
      expect(await readAll(settings.topic)).toEqual([]);
      await expect(readAll('missing')).rejects.toThrow();
    });

    it.each(['gzip', 'snappy', 'lz4', 'zstd'])(
      'is read when the topic keeps its records compressed with %s',
      async (type) => {
        const packed = `${settings.topic}-${type}`;
        await createTopic(operator(), packed, 1, { 'compression.type': type });
        const values = [Buffer.from('order '.repeat(50_000)), Buffer.from('x'), randomBytes(100_000)];
        const writer = new TopicProducer({ ...settings, topic: packed }, new MemoryLog());
        await writer.send(values.map((value) => ({ key: 'alice', value })));
        await writer.send([{ key: null, value: null }]);
        await writer.close();
        const records = await readAll(packed);
        expect(records.map(({ value }) => value)).toEqual([...values, null]);
        expect(records.some(({ undecodable }) => undecodable !== undefined)).toBe(false);
      },
    );

    it('is read around a batch that cannot be decoded, in whose place is the reason', async () => {
      const [first, last] = [
        { key: 'a', value: 'first' },
        { key: 'c', value: 'last' },
      ];
      // Together within the limit of a message when they are packed, beyond what a reader can hold when they are not.
      const zeros = Array.from({ length: 65 }, () => ({ key: 'b', value: Buffer.alloc(1024 * 1024) }));
      CompressionCodecs[CompressionTypes.GZIP] = () => ({ compress: ({ buffer }: { buffer: Buffer }) => gzip(buffer) });
      const producer = operator().producer({ createPartitioner: () => () => 0 });
      await producer.connect();
      for (const messages of [[first], zeros, [last]]) {
        await producer.send({ topic: settings.topic, messages, compression: CompressionTypes.GZIP });
      }
      await producer.disconnect();
      registerDecompression();
      const read = await readAll(settings.topic);
      expect(read.map(({ offset, key, undecodable }) => [offset, key && String(key), undecodable])).toEqual([
        [0, 'a', undefined],
        [65, null, expect.stringContaining('It cannot be decompressed with gzip: ')],
        [66, 'c', undefined],
      ]);
    });

    it('is read with records of any time and any headers', async () => {
      const producer = operator().producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      const headers = Object.fromEntries(['constructor', '__proto__', 'toString'].map((name) => [name, 'a']));
      const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`h${index}`, 'a']));
      const timestamp = '-9000000000000000';
      const messages = [headers, many].map((each) => ({ key: 'a', value: 'x', timestamp, headers: each }));
      await producer.send({ topic: settings.topic, messages });
      await producer.disconnect();
      expect((await readAll(settings.topic)).map((record) => record.timestamp)).toEqual([-9e15, -9e15]);
    });

    it('is read by two at the same time, one after the other', async () => {
      await publisher.publishAll([EVENT, EVENT]);
      const both = await Promise.all([readAll(settings.topic), readAll(settings.topic)]);
      expect(both.map((records) => new Set(records.map(({ offset }) => offset)).size)).toEqual([2, 2]);
    });
  });

  async function readAll(...topics: string[]): Promise<TopicRecord[]> {
    const records: TopicRecord[] = [];
    const reader = new KafkaTopicReader({ ...settings, groupId }, new MemoryLog());
    await reader.readToEnd(topics, (record) => records.push(record));
    return records;
  }
});
