import { beforeEach, describe, expect, it } from 'vitest';
import type { TopicMessage, TopicReader, TopicRecord, TopicWriter } from '../domain/topic-records.ts';
import { MemoryLog } from '../testing/ports.ts';
import { handleDeadLetters } from './dead-letters.ts';
import { readCommand } from './input.ts';
import sample from './samples/failure-message.json' with { type: 'json' };

const [record] = sample.payload.records['orders-3'];

/** What stands for a batch that cannot be decoded. */
const UNDECODABLE = 'It cannot be decompressed with lz4.';

/** The topics of one partition that a test needs; `failure` makes each write fail. */
class MemoryTopics implements TopicReader {
  readonly messages = new Map<string, (TopicMessage & { readonly undecodable?: string })[]>();
  timestamp = 0;
  failure: Error | undefined;

  async readToEnd(topics: readonly string[], visit: (record: TopicRecord) => void): Promise<void> {
    for (const topic of topics) {
      for (const [offset, { key, value, ...flaw }] of (this.messages.get(topic) ?? []).entries()) {
        const bytes = (part: Buffer | string | null) => (part === null ? null : Buffer.from(part));
        const { timestamp } = this;
        visit({ ...flaw, topic, partition: 0, offset, timestamp, key: bytes(key), value: bytes(value) });
      }
    }
  }

  writer(topic: string): TopicWriter {
    const check = async () => {
      if (this.failure !== undefined) throw this.failure;
    };
    const send = async (messages: readonly TopicMessage[]) => {
      await check();
      this.messages.set(topic, [...(this.messages.get(topic) ?? []), ...messages]);
    };
    return { warmUp: check, send };
  }

  /** Lets Lambda give up a record of partition 3. */
  giveUp(offset: number, value: Buffer | null): void {
    const given = { ...record, offset, ...(value ? { value: value.toString('base64') } : { value: null }) };
    this.land({ ...sample, payload: { ...sample.payload, records: { 'orders-3': [given] } } });
  }

  land(message: unknown): void {
    this.add('orders-dlt', { key: 'alice', value: JSON.stringify(message) });
  }

  add(topic: string, message: TopicMessage & { readonly undecodable?: string }): void {
    this.messages.set(topic, [...(this.messages.get(topic) ?? []), message]);
  }
}

describe('the dead-letter topic', () => {
  let topics: MemoryTopics;
  let log: MemoryLog;
  let run: (command: object) => Promise<unknown>;

  beforeEach(() => {
    topics = new MemoryTopics();
    log = new MemoryLog();
    run = async (command) =>
      handleDeadLetters(readCommand(command), {
        deadLetterTopic: 'orders-dlt',
        handledTopic: 'orders-dlt-handled',
        topics,
        orders: topics.writer('orders'),
        handled: topics.writer('orders-dlt-handled'),
        now: () => new Date('2026-11-22T10:00:00Z'),
        log,
      });
  });
  const list = async () => ((await run({ action: 'list' })) as { records: { id: string; value: string }[] }).records;

  it('is listed with what is known of each record', async () => {
    topics.giveUp(42, Buffer.from('oops'));
    expect(await run({ action: 'list' })).toEqual({
      total: 1,
      records: [
        {
          id: 'orders-3-42',
          topic: 'orders',
          partition: 3,
          offset: 42,
          timestamp: '2026-11-22T09:30:00.123Z',
          cause: {
            condition: 'RetriesExhausted',
            attempts: 4,
            requestId: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
            at: '2026-11-22T09:30:15.456Z',
          },
          key: 'alice',
          value: 'oops',
          size: 4,
        },
      ],
    });
  });

  it('is listed as empty when nothing was given up', async () => {
    expect(await run({ action: 'list' })).toEqual({ records: [], total: 0 });
  });

  it('is listed oldest first, each record once, with 200 records at most', async () => {
    for (let offset = 0; offset < 250; offset++) topics.giveUp(offset, Buffer.from('oops'));
    topics.giveUp(0, Buffer.from('oops'));
    const { records, total } = (await run({ action: 'list' })) as { records: { offset: number }[]; total: number };
    expect(total).toBe(250);
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 200 }, (_, offset) => offset));
  });

  it('shows 2 KB of a large value at most, whole characters only', async () => {
    topics.giveUp(42, Buffer.from(`x${'é'.repeat(450 * 1024)}`));
    expect(await list()).toMatchObject([{ value: `x${'é'.repeat(1023)}`, size: 900 * 1024 + 1 }]);
  });

  it('gives a record back to its topic as it was, and no longer lists it', async () => {
    topics.giveUp(42, Buffer.from([0xff]));
    const replayed = await run({ action: 'replay', id: 'orders-3-42' });
    expect(replayed).toEqual({ id: 'orders-3-42', action: 'replay', at: '2026-11-22T10:00:00.000Z' });
    expect(topics.messages.get('orders')).toMatchObject([
      {
        key: Buffer.from('alice'),
        value: Buffer.from([0xff]),
        headers: { ce_id: [Buffer.from('019d0f2e-7b5c-7000-8000-000000000001')] },
      },
    ]);
    expect(await list()).toEqual([]);
  });

  it.each([
    ['text', 'repaired'],
    ['bytes', { base64: Buffer.from('repaired').toString('base64') }],
  ])('replays a record with another value, given as %s', async (_, value) => {
    topics.giveUp(42, null);
    await run({ action: 'replay', id: 'orders-3-42', value });
    expect(topics.messages.get('orders')).toMatchObject([
      { key: Buffer.from('alice'), value: Buffer.from('repaired') },
    ]);
  });

  it('drops a record without a trace on its topic', async () => {
    topics.giveUp(42, Buffer.from('oops'));
    topics.giveUp(43, Buffer.from('oops'));
    await run({ action: 'drop', id: 'orders-3-42' });
    expect(topics.messages.has('orders')).toBe(false);
    expect((await list()).map(({ id }) => id)).toEqual(['orders-3-43']);
  });

  it('is listed in full with records of any time, of other writers, too large or undecodable', async () => {
    topics.timestamp = -9_000_000_000_000_000;
    const { payload, ...metadata } = sample;
    topics.land(metadata);
    topics.land({ ...sample, payload: { records: { 'orders-3': [{ ...record, timestamp: topics.timestamp }] } } });
    topics.add('orders-dlt', { key: null, value: Buffer.alloc(3_000_000, 7) });
    topics.add('orders-dlt', { key: null, value: null, undecodable: UNDECODABLE });
    const listing = await run({ action: 'list' });
    expect(listing).toMatchObject({
      total: 4,
      records: [
        { id: 'orders-dlt-0-0', timestamp: null, value: null, valueMissing: expect.stringContaining('too large') },
        { id: 'orders-3-42', timestamp: null },
        { id: 'orders-dlt-0-2', timestamp: null, cause: { condition: 'NotFromLambda', at: null }, size: 3_000_000 },
        { id: 'orders-dlt-0-3', cause: { condition: 'Undecodable' }, valueMissing: UNDECODABLE },
      ],
    });
  });

  it('has a listing within what a function may respond with, whatever it holds', async () => {
    const [topic, key, value] = ['x'.repeat(249), Buffer.alloc(4_096), Buffer.alloc(4_096).toString('base64')];
    for (let offset = 0; offset < 200; offset++) {
      const given = { ...record, topic, offset, key: key.toString('base64'), value };
      topics.land({ ...sample, payload: { ...sample.payload, records: { [topic]: [given] } } });
    }
    expect((await list()).length).toBe(200);
    expect(Buffer.byteLength(JSON.stringify(await run({ action: 'list' })))).toBeLessThan(6 * 1024 * 1024);
  });

  it.each([
    ['too large for the topic', (all: MemoryTopics) => all.land({ ...sample, payload: undefined }), 'alice'],
    [
      'undecodable',
      (all: MemoryTopics) => all.add('orders-dlt', { key: null, value: null, undecodable: UNDECODABLE }),
      null,
    ],
  ])('replays a record that was %s with a given value only, and drops it', async (_, land, key) => {
    land(topics);
    const id = 'orders-dlt-0-0';
    await expect(run({ action: 'replay', id })).rejects.toMatchObject({
      name: 'MissingValueError',
      message: expect.stringMatching(
        /^orders-dlt-0-0 cannot be replayed as it was\. .* Replay it with .*, or drop it\.$/,
      ),
    });
    expect(topics.messages.has('orders')).toBe(false);
    await run({ action: 'replay', id, value: 'repaired' });
    const bytes = key === null ? null : Buffer.from(key);
    expect(topics.messages.get('orders')).toEqual([{ key: bytes, value: Buffer.from('repaired'), headers: {} }]);
    expect(await list()).toEqual([]);
    land(topics);
    await run({ action: 'drop', id: 'orders-dlt-0-1' });
    expect(await list()).toEqual([]);
  });

  it('lists what was handled again, with a warning, when its note cannot be decoded', async () => {
    topics.giveUp(42, Buffer.from('oops'));
    topics.add('orders-dlt-handled', { key: null, value: null, undecodable: UNDECODABLE });
    expect(await list()).toHaveLength(1);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { offset: 0, reason: UNDECODABLE } }]);
  });

  it('does not know a record that was never given up, and says when one was handled', async () => {
    topics.giveUp(42, Buffer.from('oops'));
    await expect(run({ action: 'drop', id: 'orders-3-43' })).rejects.toThrow(
      'The topic orders-dlt holds no record orders-3-43.',
    );
    await run({ action: 'drop', id: 'orders-3-42' });
    await expect(run({ action: 'replay', id: 'orders-3-42' })).rejects.toMatchObject({
      name: 'UnknownDeadLetterError',
      message: 'The record orders-3-42 was handled before: {"action":"drop","at":"2026-11-22T10:00:00.000Z"}',
    });
    expect(topics.messages.has('orders')).toBe(false);
  });

  it('keeps a record that could not be replayed', async () => {
    topics.giveUp(42, Buffer.from('oops'));
    topics.failure = new Error('no leader');
    await expect(run({ action: 'replay', id: 'orders-3-42' })).rejects.toThrow('no leader');
    expect(await list()).toHaveLength(1);
  });

  it.each([
    ['no action', {}],
    ['an unknown action', { action: 'purge' }],
    ['no id', { action: 'drop' }],
    ['a value to drop', { action: 'drop', id: 'orders-3-42', value: 'x' }],
    ['a value that is not base64', { action: 'replay', id: 'orders-3-42', value: { base64: '?' } }],
  ])('refuses a command with %s', async (_, command) => {
    await expect(run(command)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
