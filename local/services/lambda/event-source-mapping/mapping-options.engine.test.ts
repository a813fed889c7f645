import { describe, expect, inject, it } from 'vitest';
import { OK, pollersOn } from './kafka-fixture.ts';

const { newTopic, poll } = pollersOn(inject('kafka').port);
const message = (value: string, timestamp: number) => ({
  partition: 0,
  value: Buffer.from(value),
  timestamp: BigInt(timestamp),
});

describe('a group without offsets begins', () => {
  it('at the oldest record with TRIM_HORIZON', async () => {
    const { topic, produce } = await newTopic(1);
    await produce(0, 'a', 'b');
    const poller = await poll(topic, async () => OK, { startingPosition: 'TRIM_HORIZON' });
    await expect.poll(poller.values).toEqual(['a', 'b']);
  });

  it('behind the newest record with LATEST', async () => {
    const { topic, produce } = await newTopic(1);
    await produce(0, 'old');
    const poller = await poll(topic, async () => OK, { startingPosition: 'LATEST' });
    await produce(0, 'new');
    await expect.poll(poller.values).toEqual(['new']);
  });

  it('at the first record that is not older than the time of AT_TIMESTAMP', async () => {
    const { topic, send } = await newTopic(1);
    const now = Math.floor(Date.now() / 1000);
    await send([message('old', (now - 60) * 1000)]);
    await send([message('just', (now - 30) * 1000), message('later', (now - 20) * 1000)]);
    const poller = await poll(topic, async () => OK, { startingPosition: now - 30 });
    await expect.poll(poller.values).toEqual(['just', 'later']);
  });

  it('behind the newest record where that is older than the time of AT_TIMESTAMP', async () => {
    const { topic, produce, send } = await newTopic(1);
    const now = Math.floor(Date.now() / 1000);
    await send([message('old', (now - 60) * 1000)]);
    const poller = await poll(topic, async () => OK, { startingPosition: now - 30 });
    await produce(0, 'new');
    await expect.poll(poller.values).toEqual(['new']);
  });
});

it('a group with offsets goes on from there, whatever the starting position', async () => {
  const { topic, produce } = await newTopic(1);
  await produce(0, 'a');
  const first = await poll(topic);
  await expect.poll(first.values).toEqual(['a']);
  await first.stop();
  await produce(0, 'b');
  const second = await poll(topic, async () => OK, { startingPosition: 'LATEST' });
  await expect.poll(second.values).toEqual(['b']);
});

it('a filter keeps records from the function, and they are not read again', async () => {
  const { topic, produce } = await newTopic(1);
  await produce(0, '{"n":1}', '{"n":2}', 'text', '{"n":1}', '{"n":3}');
  const filterPatterns = ['{"value":{"n":[1]}}'];
  const first = await poll(topic, async () => OK, { filterPatterns });
  await expect.poll(first.values).toEqual(['{"n":1}', 'text', '{"n":1}']);
  await first.stop();
  const second = await poll(topic);
  await produce(0, 'last');
  await expect.poll(second.values).toEqual(['last']);
});

it('a batch that is given up is stored in the on-failure bucket as one object', async () => {
  const { topic, produce } = await newTopic(1);
  const poller = await poll(topic, async () => ({ functionError: 'Unhandled' }), {
    onFailureBucket: 'failures',
    maximumRetryAttempts: 0,
    batchingWindowSeconds: 0.5,
  });
  await produce(0, 'bad', 'worse');
  await expect.poll(() => poller.objects).toHaveLength(1);
  const [{ bucket, key, body } = { bucket: '', key: '', body: '' }] = poller.objects;
  expect(bucket).toBe('failures');
  expect(key).toContain(`aws/lambda/mapping-1/${topic}-0/`);
  const { payload, ...metadata } = JSON.parse(body);
  expect(metadata).toMatchObject({
    requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 1 },
    KafkaBatchInfo: {
      batchSize: 2,
      recordsInfo: { [`${topic}-0`]: { firstRecordOffset: '0', lastRecordOffset: '1' } },
    },
  });
  const { records } = JSON.parse(payload);
  expect(records[`${topic}-0`].map(({ value }: { value: string }) => Buffer.from(value, 'base64').toString())).toEqual([
    'bad',
    'worse',
  ]);
});

it('an event poller invokes the function 5 times at once, and no more', async () => {
  const { topic, produce } = await newTopic(6);
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  const poller = await poll(
    topic,
    async () => {
      running += 1;
      most = Math.max(most, running);
      await held;
      running -= 1;
      return OK;
    },
    { pollers: { minimum: 1, maximum: 1 } },
  );
  await Promise.all([0, 1, 2, 3, 4, 5].map((partition) => produce(partition, `of ${partition}`)));
  await expect.poll(() => running).toBe(5);
  release();
  await expect.poll(() => poller.delivered.length).toBe(6);
  expect(most).toBe(5);
});
