import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createTopic } from '../../../../tests/support/topics.ts';
import { cacheDirOf } from '../../../../tooling/paths.ts';
import { startKafka } from '../../../engines/kafka/start-kafka.ts';
import { silentLog, waitFor } from '../../../testing.ts';
import type { Invoke, InvokeResult } from '../function-definition.ts';
import type { EventSourceMappingDefinition } from './event-source-mapping.ts';
import { startPoller } from './poller.ts';
import { mapping } from './poller-fixture.ts';

const OK = { payload: 'null' };

interface Delivered {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

let dir: string;
let broker: Awaited<ReturnType<typeof startKafka>>;
let kafka: Kafka;
const startBroker = (operatorPort: number) =>
  startKafka({
    dir: join(dir, 'kafka'),
    runDir: join(dir, 'run'),
    cacheDir: cacheDirOf(process.env),
    operatorPort,
    mskPort: 0,
    log: silentLog,
  });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'poller-'));
  broker = await startBroker(0);
  kafka = new Kafka({ brokers: [`127.0.0.1:${broker.port}`], logLevel: logLevel.NOTHING });
});

afterAll(async () => {
  await broker?.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('an event source mapping on a real topic', () => {
  it('brings every record to the function, in order within its partition, and not again after a restart', async () => {
    const { topic, produce } = await newTopic(2);
    const first = await poll(topic);
    await produce(0, 'a', 'b');
    await produce(1, 'c');
    await waitFor(() => first.delivered.length === 3);
    expect(first.delivered.filter(({ partition }) => partition === 0).map(({ value }) => value)).toEqual(['a', 'b']);
    await first.stop();

    await produce(0, 'd');
    const second = await poll(topic);
    await waitFor(() => second.delivered.length > 0);
    expect(second.delivered).toEqual([{ partition: 0, offset: 2, value: 'd' }]);
  });

  it('lets a partition whose function takes long hold up no other, and keeps its place in the group', async () => {
    const { topic, produce } = await newTopic(2);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const poller = await poll(topic, async (batch) => {
      if (batch.some(({ value }) => value === 'slow')) await held;
      return OK;
    });
    await produce(0, 'slow');
    await waitFor(() => poller.delivered.length === 1);
    // Longer than the session of the group: without heartbeats the group would throw the poller out.
    for (let n = 0; n < 12; n += 1) {
      await produce(1, `quick ${n}`);
      await waitFor(() => poller.delivered.length === 2 + n, 2_000);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    release();
    await produce(0, 'next');
    await waitFor(() => poller.delivered.some(({ value }) => value === 'next'));
    expect(poller.delivered.filter(({ value }) => value === 'slow')).toHaveLength(1);
  });

  it('reads on from where it stopped taking records in, when the function catches up', async () => {
    const { topic, produce } = await newTopic(1);
    const poller = await poll(topic, async () => OK, { batchSize: 5 });
    await produce(0, ...Array.from({ length: 100 }, (_, n) => String(n)));
    await waitFor(() => poller.delivered.length >= 100);
    expect(poller.delivered.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it('is up at once when a dead member still holds the group, and reads on when that one is out', async () => {
    const { topic, produce } = await newTopic(1);
    await produce(0, 'held');
    const { promise: holds, resolve: taken } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    // Without heartbeats it is as good as dead to the group.
    const dead = kafka.consumer({ groupId: `group-${topic}`, sessionTimeout: 6_000 });
    onTestFinished(async () => {
      release();
      await dead.disconnect();
    });
    await dead.connect();
    await dead.subscribe({ topic, fromBeginning: true });
    await dead.run({
      autoCommit: false,
      eachMessage: () => {
        taken();
        return released;
      },
    });
    await holds;

    const start = performance.now();
    const poller = await poll(topic);
    expect(performance.now() - start).toBeLessThan(3_500);
    await waitFor(() => poller.delivered.length === 1, 20_000);
    expect(poller.delivered[0]?.value).toBe('held');
  });

  it('puts a record that was given up on the on-failure topic', async () => {
    const { topic, produce } = await newTopic(1);
    const failures = await newTopic(1);
    const letters = await poll(failures.topic);
    const poller = await poll(
      topic,
      async (batch) => (batch.some(({ value }) => value === 'bad') ? { functionError: 'Unhandled' } : OK),
      { onFailureTopic: failures.topic, maximumRetryAttempts: 1, bisectBatchOnFunctionError: true },
    );
    await produce(0, 'good', 'bad', 'fine');
    await waitFor(() => letters.delivered.length === 1);
    const letter = JSON.parse(letters.delivered[0]?.value ?? '');
    expect(letter).toMatchObject({
      requestContext: { condition: 'RetriesExhausted' },
      KafkaBatchInfo: { batchSize: 1, recordInfo: { offset: '1' } },
    });
    expect(Buffer.from(letter.payload.records[`${topic}-0`][0].value, 'base64').toString()).toBe('bad');
    await waitFor(() => poller.delivered.some(({ value }) => value === 'fine'));
  });

  it('resumes by itself after the broker was away, and stops in bounded time while it is', async () => {
    const { topic, produce } = await newTopic(1);
    const poller = await poll(topic);
    await produce(0, 'before');
    await waitFor(() => poller.delivered.length === 1);

    const { port } = broker;
    await broker.stop();
    broker = await startBroker(port);
    await produce(0, 'after');
    await waitFor(() => poller.delivered.some(({ value }) => value === 'after'), 40_000);

    await broker.stop();
    const start = performance.now();
    await poller.stop();
    expect(performance.now() - start).toBeLessThan(9_000);
    broker = await startBroker(port);
  });
});

async function newTopic(numPartitions: number) {
  const topic = `t-${crypto.randomUUID()}`;
  await createTopic(kafka, topic, numPartitions);
  const produce = async (partition: number, ...values: string[]) => {
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages: values.map((value) => ({ partition, key: 'k', value })) });
    await producer.disconnect();
  };
  return { topic, produce };
}

/** A poller whose function keeps what it gets. */
async function poll(
  topic: string,
  run: (batch: Delivered[]) => Promise<Partial<InvokeResult>> = async () => OK,
  overrides: Partial<EventSourceMappingDefinition> = {},
) {
  const delivered: Delivered[] = [];
  const invoke: Invoke = async (_name, payload) => {
    const event: { records: Record<string, Delivered[]> } = JSON.parse(payload);
    const batch = Object.values(event.records)
      .flat()
      .map(({ partition, offset, value }) => ({ partition, offset, value: Buffer.from(value, 'base64').toString() }));
    delivered.push(...batch);
    return { requestId: 'r', executedVersion: '$LATEST', ...OK, ...(await run(batch)) };
  };
  const poller = await startPoller({
    mapping: mapping({ topic, consumerGroupId: `group-${topic}`, ...overrides }),
    kafka,
    bootstrapServers: `127.0.0.1:${broker.port}`,
    invoke,
    log: silentLog,
  });
  onTestFinished(() => poller.stop());
  return { delivered, stop: () => poller.stop() };
}
