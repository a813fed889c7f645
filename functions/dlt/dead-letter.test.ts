import { describe, expect, it } from 'vitest';
import { readDeadLetter, timeText } from './dead-letter.ts';
import sample from './samples/failure-message.json' with { type: 'json' };

const landed = (value: Buffer | null) => ({
  topic: 'orders-dlt',
  partition: 0,
  offset: 5,
  timestamp: Date.parse('2026-11-22T09:30:16Z'),
  key: Buffer.from('alice'),
  value,
});
const read = (message: unknown) => readDeadLetter(landed(Buffer.from(JSON.stringify(message))));
const [record] = sample.payload.records['orders-3'];

/** The sample about another record. */
const messageWith = (changes: object) => ({
  ...sample,
  payload: { ...sample.payload, records: { 'orders-3': [{ ...record, ...changes }] } },
});

describe('a dead letter', () => {
  it('is the record that Lambda gave up, under the name of its place', () => {
    expect(read(sample)).toMatchObject({
      id: 'orders-3-42',
      topic: 'orders',
      partition: 3,
      offset: 42,
      timestamp: 1_795_339_800_123,
      cause: {
        condition: 'RetriesExhausted',
        attempts: 4,
        requestId: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
        at: '2026-11-22T09:30:15.456Z',
      },
      key: Buffer.from('alice'),
      headers: { ce_type: [Buffer.from('order.created')] },
    });
    expect(String(read(sample).value)).toContain('"quantity":"two"');
  });

  it('keeps every byte: of values that are no text, of tombstones and of repeated headers', () => {
    const headers = [{ twice: [1] }, { twice: [-1] }];
    expect(read(messageWith({ key: null, value: '/w==', headers }))).toMatchObject({
      key: null,
      value: Buffer.from([0xff]),
      headers: { twice: [Buffer.from([1]), Buffer.from([255])] },
    });
    expect(read(messageWith({ value: undefined })).value).toBeNull();
  });

  it('may never have reached the function', () => {
    const { condition } = sample.requestContext;
    expect(read({ ...sample, requestContext: { condition }, responseContext: null }).cause).toMatchObject({
      attempts: null,
      requestId: null,
    });
  });

  it.each([
    ['a tombstone', null],
    ['not JSON', Buffer.from('oops')],
    ['a message of another form', Buffer.from('{"payload":{}}')],
    ['a message about no record', Buffer.from(JSON.stringify({ ...sample, payload: { records: {} } }))],
    ['a message whose topic is none', Buffer.from(JSON.stringify(messageWith({ topic: 'x'.repeat(250) })))],
    [
      'a message with a word of many',
      Buffer.from(JSON.stringify({ ...sample, requestContext: { condition: '\u001b[2J' } })),
    ],
    ['a message with no time', Buffer.from(JSON.stringify({ ...sample, timestamp: 'x'.repeat(10_000) }))],
  ])('is the message itself when that is %s', (_, value) => {
    expect(readDeadLetter(landed(value))).toMatchObject({
      id: 'orders-dlt-0-5',
      cause: { condition: 'NotFromLambda', at: '2026-11-22T09:30:16.000Z' },
      value,
    });
  });

  it('keeps headers of any name', () => {
    const names = ['constructor', '__proto__', 'toString'];
    const headers = names.map((name) => JSON.parse(`{"${name}":[1]}`));
    expect(Object.entries(read(messageWith({ headers })).headers)).toEqual(
      names.map((name) => [name, [Buffer.from([1])]]),
    );
  });

  it.each([-9_000_000_000_000_000, 9e15])('may have been written at %d, which is no date', (timestamp) => {
    expect(read(messageWith({ timestamp }))).toMatchObject({ id: 'orders-3-42', timestamp });
    expect(timeText(timestamp)).toBeNull();
    const itself = { ...landed(null), timestamp };
    expect(readDeadLetter(itself).cause).toMatchObject({ condition: 'NotFromLambda', at: null });
  });

  it('lacks its value when it was too large for the topic, and keeps its key', () => {
    const { payload, ...metadata } = sample;
    expect(read(metadata)).toMatchObject({
      id: 'orders-dlt-0-5',
      key: Buffer.from('alice'),
      value: null,
      cause: { condition: 'RetriesExhausted', attempts: 4 },
      valueMissing:
        'Lambda wrote about the record with offset 42, but not the record itself, which was too large for this topic.',
    });
  });

  it('lacks its value when it cannot be decoded', () => {
    const undecodable = 'It cannot be decompressed with lz4: This is no LZ4 frame.';
    expect(readDeadLetter({ ...landed(null), key: null, undecodable })).toMatchObject({
      id: 'orders-dlt-0-5',
      cause: { condition: 'Undecodable', at: '2026-11-22T09:30:16.000Z' },
      valueMissing: undecodable,
    });
  });
});
