import { describe, expect, it } from 'vitest';
import { kafkaEvent } from './kafka-event.ts';
import { CLUSTER_ARN, mapping, record } from './poller-fixture.ts';

describe('the event of a batch', () => {
  it('has the form of AWS', () => {
    const headers = [
      ['ce_id', Buffer.from('é')],
      ['twice', Buffer.from('a')],
      ['twice', Buffer.from('b')],
    ] as const;
    const event = kafkaEvent(mapping(), 'b-1:9098,b-2:9098', [record(42, { headers })]);
    expect(JSON.parse(event)).toEqual({
      eventSource: 'aws:kafka',
      eventSourceArn: CLUSTER_ARN,
      bootstrapServers: 'b-1:9098,b-2:9098',
      records: {
        'orders-3': [
          {
            topic: 'orders',
            partition: 3,
            offset: 42,
            timestamp: 1_700_000_000_042,
            timestampType: 'CREATE_TIME',
            key: 'YWxpY2U=',
            value: 'eyJuIjo0Mn0=',
            headers: [{ ce_id: [195, 169] }, { twice: [97] }, { twice: [98] }],
          },
        ],
      },
    });
  });

  it('leaves out a missing key and the value of a tombstone, keeps empty ones, and tells the type of the timestamp', () => {
    const bare = record(1, { key: null, value: null, timestampType: 'LOG_APPEND_TIME' });
    const empty = record(2, { key: Buffer.alloc(0), value: Buffer.alloc(0) });
    const [first, second] = JSON.parse(kafkaEvent(mapping(), 'b', [bare, empty])).records['orders-3'];
    expect(first).toEqual({
      topic: 'orders',
      partition: 3,
      offset: 1,
      timestamp: 1_700_000_000_001,
      timestampType: 'LOG_APPEND_TIME',
      headers: [],
    });
    expect(second).toMatchObject({ key: '', value: '' });
  });

  it.each([
    ['a plain record', {}],
    ['a tombstone without a key', { key: null, value: null }],
    ['empty parts', { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [['', Buffer.alloc(0)]] as const }],
    [
      'every byte in a header',
      { headers: [['h', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))]] as const },
    ],
    [
      'names that JSON escapes',
      {
        headers: [
          ['"\n\u0001é\ud800', Buffer.from('1')],
          ['__proto__', Buffer.from('2')],
        ] as const,
      },
    ],
    ['a time before 1970', { timestamp: -9e15 }],
  ])('takes up the bytes that are counted for its records: %s', (_, overrides) => {
    const bytesOf = (count: number) =>
      Buffer.byteLength(kafkaEvent(mapping(), 'b', Array(count).fill(record(7, overrides))));
    expect(record(7, overrides).eventBytes).toBe(bytesOf(3) - bytesOf(2));
  });
});
