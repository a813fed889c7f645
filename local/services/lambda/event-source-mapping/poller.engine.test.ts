import { Admin } from '@platformatic/kafka';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { inTime } from '../../../../tests/support/in-time.ts';
import { memoryLog } from '../../../../tooling/log-fixture.ts';
import { OK, pollersOn } from './kafka-fixture.ts';

const { connection, kafka, newTopic, poll } = pollersOn(inject('kafka').port);

describe('an event source mapping on a real topic', () => {
  it('brings every record to the function, in order within its partition, and not again after a restart', async () => {
    const { topic, produce } = await newTopic(2);
    const first = await poll(topic);
    await produce(0, 'a', 'b');
    await produce(1, 'c');
    await expect.poll(() => first.delivered.length).toBe(3);
    expect(first.delivered.filter(({ partition }) => partition === 0).map(({ value }) => value)).toEqual(['a', 'b']);
    await first.stop();

    await produce(0, 'd');
    const second = await poll(topic);
    await expect.poll(() => second.delivered.length).toBeGreaterThan(0);
    expect(second.delivered).toMatchObject([{ partition: 0, offset: 2, value: 'd' }]);
  });

  it('brings records of two partitions in events of their own, however many a batch may have', async () => {
    const { topic, send } = await newTopic(2);
    const partitions = [0, 1, 0, 1, 0, 1];
    await send(partitions.map((partition, n) => ({ partition, value: Buffer.from(String(n)) })));
    const events: number[][] = [];
    const poller = await poll(
      topic,
      async (batch) => {
        events.push(batch.map(({ partition }) => partition));
        return OK;
      },
      { batchSize: 100 },
    );
    await expect.poll(() => poller.delivered.length).toBe(6);
    expect(events.map((event) => new Set(event).size)).toEqual(events.map(() => 1));
  });

  it('lets a partition whose function takes long hold up no other, and keeps its place in the group', async () => {
    const { topic, produce } = await newTopic(2);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const poller = await poll(topic, async (batch) => {
      if (batch.some(({ value }) => value === 'slow')) await held;
      return OK;
    });
    await produce(0, 'slow');
    await expect.poll(() => poller.delivered.length).toBe(1);
    // Longer than the session of the group: without heartbeats the group would throw the poller out.
    for (let n = 0; n < 12; n += 1) {
      await produce(1, `quick ${n}`);
      await expect.poll(() => poller.delivered.length).toBe(2 + n);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    release();
    await produce(0, 'next');
    await expect.poll(poller.values).toContain('next');
    expect(poller.delivered.filter(({ value }) => value === 'slow')).toHaveLength(1);
  });

  it('reads on from where it stopped taking records in, when the function catches up', async () => {
    const { topic, produce } = await newTopic(1);
    const poller = await poll(topic, async () => OK, { batchSize: 5 });
    await produce(0, ...Array.from({ length: 100 }, (_, n) => String(n)));
    await expect.poll(() => poller.delivered.length).toBeGreaterThanOrEqual(100);
    expect(poller.delivered.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it('is up at once when a dead member still holds the group, and reads on when that one is out', async () => {
    const { topic, produce } = await newTopic(1);
    await produce(0, 'held');
    // It sends heartbeats between fetches: with none for longer than its session, it is as good as dead to the group.
    const dead = kafka.consumer({
      groupId: `group-${topic}`,
      sessionTimeout: 6_000,
      heartbeatInterval: 5_999,
      maxWaitTimeInMs: 15_000,
    });
    onTestFinished(() => dead.disconnect());
    const joined = new Promise((resolve) => dead.on(dead.events.GROUP_JOIN, resolve));
    await dead.subscribe({ topic });
    await dead.run({ eachMessage: async () => {} });
    await joined;

    const poller = await inTime(3_500, poll(topic));
    await expect.poll(() => poller.delivered.length).toBe(1);
    expect(poller.delivered[0]?.value).toBe('held');
  });

  it('that was put out of its group joins it again, not once for each partition, and delivers nothing twice', async () => {
    const { topic, produce } = await newTopic(6);
    const log = memoryLog();
    const poller = await poll(topic, async () => OK, {}, log);
    const joins = () => log.lines.filter((line) => line.includes('reads partitions')).length;
    await expect.poll(joins).toBe(1);
    const admin = new Admin(connection);
    await admin.removeMembersFromConsumerGroup({ groupId: `group-${topic}` });
    await admin.close();
    await Promise.all([0, 1, 2, 3, 4, 5].map((partition) => produce(partition, `of ${partition}`)));
    await expect.poll(() => poller.delivered.length).toBe(6);
    await expect.poll(joins).toBeGreaterThan(1);
    await poller.stop();
    expect(joins()).toBeLessThanOrEqual(3);

    const successor = await poll(topic);
    await produce(0, 'last');
    await expect.poll(successor.values).toEqual(['last']);
    expect(poller.delivered).toHaveLength(6);
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
    await expect.poll(() => letters.delivered.length).toBe(1);
    const letter = JSON.parse(letters.delivered[0]?.value ?? '');
    expect(letter).toMatchObject({
      requestContext: { condition: 'RetriesExhausted' },
      KafkaBatchInfo: { batchSize: 1, recordInfo: { offset: '1' } },
    });
    expect(Buffer.from(letter.payload.records[`${topic}-0`][0].value, 'base64').toString()).toBe('bad');
    await expect.poll(poller.values).toContain('fine');
  });
});
