import { describe, expect, it } from 'vitest';
import type { Evidence, TopicRecord } from './evidence.ts';
import { findOvertaken, isSound, judge } from './judge.ts';
import type { AcknowledgedOrder } from './load.ts';
import type { StoredOrder } from './shards.ts';

const ROW: StoredOrder = {
  id: '019d0f2e-7b5c-7000-8000-000000000001',
  database: 'orders_shard2',
  userId: 'zara',
  productName: 'Chaos order 7',
  quantity: 3,
  price: 19.99,
  status: 'confirmed',
  createdAt: '2026-11-22T09:30:00.123Z',
};
const RECEIPT = [ROW.id, 'zara', 'shard2 (N-Z)', ROW.productName, '3', '$19.99', '$59.97', ROW.createdAt].join('\n');
const EVENT = {
  event_type: 'order.created',
  order_id: ROW.id,
  user_id: 'zara',
  product_name: ROW.productName,
  quantity: 3,
  total: 59.97,
  status: 'created',
  shard: 2,
  timestamp: ROW.createdAt,
};
const CONFIRMATION = { event_type: 'order.confirmed', order_id: ROW.id };
const ACKNOWLEDGED: AcknowledgedOrder = {
  wanted: {
    number: 7,
    idempotencyKey: 'chaos-1-7',
    body: { user_id: 'zara', product_name: ROW.productName, quantity: 3, price: 19.99 },
  },
  id: ROW.id,
  shard: 'shard2',
  createdAt: ROW.createdAt,
  tries: 1,
  answer: {},
  receiptStored: true,
  repeatedId: ROW.id,
};

function record(value: object, parts: Partial<TopicRecord> = {}): TopicRecord {
  return { partition: 1, offset: 0, key: 'zara', value: JSON.stringify(value), eventId: ROW.id, ...parts };
}

function evidence(parts: Partial<Evidence> = {}): Evidence {
  return {
    rows: [ROW],
    outboxRows: 0,
    receipts: new Map([[`receipts/zara/${ROW.id}.txt`, RECEIPT]]),
    events: [record(EVENT)],
    confirmations: [record(CONFIRMATION)],
    ...parts,
  };
}

describe('judging a run', () => {
  it('finds nothing wrong where each order took effect once', () => {
    const verdict = judge([ACKNOWLEDGED], evidence());
    expect(verdict).toMatchObject({ acknowledged: 1, stored: 1, receipts: 1, events: 1, confirmed: 1, lost: [] });
    expect(isSound(verdict)).toBe(true);
  });

  it.each<[string, Partial<Evidence>]>([
    ['not stored', { rows: [] }],
    ['not stored as it was acknowledged', { rows: [{ ...ROW, database: 'orders_shard1' }] }],
    ['not stored as it was acknowledged', { rows: [{ ...ROW, price: 20 }] }],
    ['status created', { rows: [{ ...ROW, status: 'created' }] }],
    ['no receipt', { receipts: new Map() }],
    ['a wrong receipt', { receipts: new Map([[`receipts/zara/${ROW.id}.txt`, RECEIPT.replace('59.97', '60')]]) }],
    ['no event', { events: [] }],
    ['no event', { events: [record({ ...EVENT, total: 60 })] }],
    ['no event', { events: [record({ ...EVENT, note: 'not expected' })] }],
    ['no event', { events: [record(EVENT, { key: 'alice' })] }],
    ['no confirmation', { confirmations: [] }],
    ['no confirmation', { confirmations: [record(CONFIRMATION, { partition: 0 })] }],
  ])('calls an order lost: %s', (what, parts) => {
    const verdict = judge([ACKNOWLEDGED], evidence(parts));
    expect(verdict.lost).toMatchObject([{ order: 7, id: ROW.id, what: expect.arrayContaining([what]) }]);
    expect(isSound(verdict)).toBe(false);
  });

  it('calls an order doubled that is stored twice, under whatever id and wherever', () => {
    const second = { ...ROW, id: '019d0f2e-7b5c-7000-8000-000000000002', database: 'orders_shard1' };
    const verdict = judge([ACKNOWLEDGED], evidence({ rows: [ROW, second] }));
    expect(verdict.doubled).toMatchObject([{ order: 7, what: ['stored 2 times'] }]);
    expect(isSound(verdict)).toBe(false);
  });

  it('calls an order doubled whose repeated request names another one', () => {
    const { doubled } = judge([{ ...ACKNOWLEDGED, repeatedId: 'another' }], evidence());
    expect(doubled).toMatchObject([{ order: 7, what: [expect.stringContaining('another')] }]);
  });

  it('counts duplicate deliveries, which change nothing', () => {
    const twice = evidence({
      events: [record(EVENT), record(EVENT)],
      confirmations: Array(4).fill(record(CONFIRMATION)),
    });
    const verdict = judge([ACKNOWLEDGED], twice);
    expect(verdict).toMatchObject({ events: 1, duplicateEvents: 1, confirmations: 1, duplicateConfirmations: 3 });
    expect(isSound(verdict)).toBe(true);
  });

  it('expects the whole effect of an order that was stored and never acknowledged', () => {
    expect(judge([], evidence())).toMatchObject({ storedUnacknowledged: 1, lost: [] });
    expect(judge([], evidence({ events: [] })).lost).toMatchObject([{ order: 7, what: ['no event'] }]);
  });

  it('does not accept rows that are left in the outbox', () => {
    expect(isSound(judge([ACKNOWLEDGED], evidence({ outboxRows: 1 })))).toBe(false);
  });
});

/** Orders of users by the second of their creation, in the order of their events. */
function eventsOf(...orders: [user: string, second: number][]) {
  const ids = orders.map(([user, second]) => `${user}-${second}`);
  return {
    rows: orders.map(([, second], index) => ({
      id: ids[index],
      createdAt: new Date(Date.UTC(2026, 10, 22, 9, 30, second)).toISOString(),
    })) as StoredOrder[],
    events: orders.map(([key], index) => ({ key, eventId: ids[index] })) as TopicRecord[],
  };
}

describe('events out of order', () => {
  it('lets the events of one user keep the order of creation', () => {
    expect(findOvertaken(eventsOf(['zara', 0], ['zara', 20], ['zara', 40]))).toHaveLength(0);
    expect(findOvertaken(eventsOf(['zara', 20], ['zara', 40], ['zara', 0]))).toHaveLength(1);
  });

  it('does not compare users with each other', () => {
    expect(findOvertaken(eventsOf(['zara', 40], ['alice', 0]))).toHaveLength(0);
  });

  it('lets quick orders of a user come in any order', () => {
    expect(findOvertaken(eventsOf(['zara', 4], ['zara', 0]))).toHaveLength(0);
  });

  it('looks at the first event of an order alone', () => {
    expect(findOvertaken(eventsOf(['zara', 0], ['zara', 40], ['zara', 0]))).toHaveLength(0);
  });
});
