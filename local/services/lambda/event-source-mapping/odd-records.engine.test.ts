import { describe, expect, inject, it } from 'vitest';
import { memoryLog } from '../../../../tooling/log-fixture.ts';
import { OK, pollersOn } from './kafka-fixture.ts';

const { newTopic, poll } = pollersOn(inject('kafka').port);
const bytes = (text: string) => Buffer.from(text);

/** What the function gets of a record, but for its value. */
interface Seen {
  readonly key?: string;
  readonly timestamp: number;
  readonly timestampType: string;
  readonly headers: Record<string, number[]>[];
}

describe('a record reaches the function', () => {
  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('compressed with %s by its client', async (compression) => {
    const { topic, send } = await newTopic(1);
    const poller = await poll(topic);
    const value = `${compression} `.repeat(20_000);
    await send([{ partition: 0, value: bytes(value) }], { compression });
    await send([{ partition: 0, value: bytes('behind') }]);
    await expect.poll(poller.values).toEqual([value, 'behind']);
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('compressed with %s by its topic', async (compression) => {
    const { topic, produce } = await newTopic(1, { 'compression.type': compression });
    const poller = await poll(topic);
    const value = 'x'.repeat(100_000);
    await produce(0, value, 'behind');
    await expect.poll(poller.values).toEqual([value, 'behind']);
  });

  it('with headers whose names are those of an object, and with one name twice', async () => {
    const { topic, send } = await newTopic(1);
    const poller = await poll(topic);
    const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'same', 'same', ''];
    const headers = new Map(names.map((name, index) => [bytes(name), Buffer.from([index])]));
    await send([{ partition: 0, value: bytes('odd'), headers }]);
    await expect.poll(poller.values).toEqual(['odd']);
    const [seen] = poller.delivered as unknown as Seen[];
    expect(seen?.headers.map((header) => Object.entries(header))).toEqual(
      names.map((name, index) => [[name, [index]]]),
    );
  });

  it('with 20,000 headers', async () => {
    const { topic, send } = await newTopic(1);
    const poller = await poll(topic);
    const headers = new Map(Array.from({ length: 20_000 }, (_, n) => [bytes(`h${n}`), bytes('1')]));
    await send([{ partition: 0, value: bytes('many'), headers }]);
    await expect.poll(poller.values).toEqual(['many']);
    expect((poller.delivered as unknown as Seen[])[0]?.headers).toHaveLength(20_000);
  });

  it('with any 64-bit number as its time', async () => {
    const { topic, send } = await newTopic(1, { 'message.timestamp.after.max.ms': String(2n ** 63n - 1n) });
    const failures = await newTopic(1);
    const letters = await poll(failures.topic);
    await poll(topic, async () => ({ functionError: 'Unhandled' }), {
      onFailureTopic: failures.topic,
      maximumRetryAttempts: 0,
    });
    const times = [-9_000_000_000_000_000n, -1n, 0n, 8_640_000_000_000_001n, 2n ** 63n - 1n];
    for (const timestamp of times) await send([{ partition: 0, value: bytes(String(timestamp)), timestamp }]);
    await expect.poll(() => letters.delivered.length).toBe(times.length);
    const infos = letters.values().map((value) => JSON.parse(value).KafkaBatchInfo.recordInfo.timestamp);
    expect(infos).toEqual([
      '-9000000000000000',
      '1969-12-31T23:59:59.999Z',
      '1970-01-01T00:00:00.000Z',
      '8640000000000001',
      String(Number(2n ** 63n - 1n)),
    ]);
  });

  it('without key, value and headers, and with the time at which the broker stored it', async () => {
    const { topic, send } = await newTopic(1, { 'message.timestamp.type': 'LogAppendTime' });
    const before = Date.now();
    const poller = await poll(topic);
    await send([{ partition: 0, timestamp: 5n }]);
    await expect.poll(() => poller.delivered.length).toBe(1);
    const [seen] = poller.delivered as unknown as Seen[];
    expect(seen).toMatchObject({ topic, partition: 0, offset: 0, timestampType: 'LOG_APPEND_TIME', headers: [] });
    expect(seen).not.toHaveProperty('key');
    expect(seen?.timestamp).toBeGreaterThanOrEqual(before);
  });
});

describe('a record that is given up', () => {
  const fails = async (batch: { value: string }[]) =>
    batch.some(({ value }) => value.startsWith('bad')) ? { functionError: 'Unhandled' as const } : OK;

  it.each([
    ['4 of 900 KB', 4, 900 * 1024],
    ['100 of 40 KB', 100, 40 * 1024],
  ])('reaches a destination that takes 4 MiB whole, as does each of its neighbours: %s', async (_, count, size) => {
    const { topic, send } = await newTopic(1);
    const failures = await newTopic(1, { 'max.message.bytes': String(4 * 1024 * 1024) });
    const letters = await poll(failures.topic);
    const value = bytes('bad'.padEnd(size));
    for (let n = 0; n < count; n += 1) await send([{ partition: 0, value }]);
    await send([{ partition: 0, value: bytes('good') }]);
    const poller = await poll(topic, fails, { onFailureTopic: failures.topic, maximumRetryAttempts: 0 });
    await expect.poll(poller.values, { timeout: 60_000 }).toContain('good');
    await expect.poll(() => letters.delivered.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
    const payloads = letters.values().map((letter) => JSON.parse(letter).payload.records[`${topic}-0`][0]);
    expect(payloads.filter((record) => Buffer.from(record.value, 'base64').equals(value))).toHaveLength(count);
  });

  it.each([
    ['5 MB of compressed text', { value: bytes('bad'.padEnd(5_000_000)) }],
    [
      'a header of 1 MB, four times as large in JSON',
      { value: bytes('bad'), headers: new Map([[bytes('h'), Buffer.alloc(1_000_000, 0xff)]]) },
    ],
    ['a key of 5 MB', { value: bytes('bad'), key: Buffer.alloc(5_000_000, 'k') }],
  ])('and fits nowhere is told of without its payload: %s', async (_, message) => {
    const { topic, send } = await newTopic(1);
    const failures = await newTopic(1, { 'max.message.bytes': String(3 * 1024 * 1024) });
    const letters = await poll(failures.topic);
    const log = memoryLog();
    const overrides = { onFailureTopic: failures.topic, maximumRetryAttempts: 0, bisectBatchOnFunctionError: true };
    const poller = await poll(topic, fails, overrides, log);
    await send([{ partition: 0, ...message }], { compression: 'gzip' });
    await send([{ partition: 0, value: bytes('good') }]);
    await expect.poll(poller.values, { timeout: 60_000 }).toContain('good');
    await expect.poll(() => letters.delivered.length).toBe(1);
    const letter = JSON.parse(letters.values()[0] ?? '');
    expect(letter).toMatchObject({ version: '1.0', KafkaBatchInfo: { batchSize: 1, recordInfo: { offset: '0' } } });
    expect(letter).not.toHaveProperty('payload');
    expect(letter.KafkaBatchInfo.payloadSize).toBeGreaterThan(3 * 1024 * 1024);
    expect(log.lines).toContainEqual(
      expect.stringMatching(/^warn .* offset 0 is too large for .* without the payload\.$/),
    );
  });
});
