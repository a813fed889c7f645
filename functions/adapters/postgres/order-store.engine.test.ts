import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import type { Order } from '../../domain/order.ts';
import { anOrder } from '../../testing/orders.ts';
import { PostgresOrderLists } from './order-lists.ts';
import { PostgresOrderStore } from './order-store.ts';
import { PostgresOrderWriter } from './order-writer.ts';
import type { ShardDatabases } from './shard-databases.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;

let shard: TestShard;
let databases: ShardDatabases;
let store: PostgresOrderStore;
let lists: PostgresOrderLists;
const place = (order: Order) => new PostgresOrderWriter(databases).place(SHARD, order, undefined);

beforeAll(async () => {
  shard = await TestShard.create();
});
beforeEach(async () => {
  await shard.sql('TRUNCATE orders, outbox');
  databases = shard.open();
  store = new PostgresOrderStore(databases);
  lists = new PostgresOrderLists(databases);
  return () => databases.close();
});

describe('finding an order', () => {
  it('gives it back in one statement, with how far it has come', async () => {
    const order = anOrder();
    await place(order);
    const unknown = { receiptStoredAt: undefined, eventPublishedAt: undefined, position: undefined };
    expect(await store.find(SHARD, order.id)).toEqual({
      order,
      delivered: { receipt: false, event: false },
      way: unknown,
    });
    const writer = new PostgresOrderWriter(databases);
    await writer.settle(SHARD, order.id, { receipt: true, event: false }, { receiptAgeMs: 20 });
    const receiptStored = { ...unknown, receiptStoredAt: expect.any(Date) };
    expect(await store.find(SHARD, order.id)).toEqual({
      order,
      delivered: { receipt: true, event: false },
      way: receiptStored,
    });
    const position = { partition: 2, offset: 4_294_967_296 };
    await writer.settle(SHARD, order.id, { receipt: true, event: true }, { eventAgeMs: 0, position });
    expect(await store.find(SHARD, order.id.toUpperCase())).toEqual({
      order,
      delivered: { receipt: true, event: true },
      way: { ...receiptStored, eventPublishedAt: expect.any(Date), position },
    });
  });

  it('keeps the first time of each step, none before the creation', async () => {
    const order = anOrder({ createdAt: new Date(Date.now() - 3_000) });
    await place(order);
    const writer = new PostgresOrderWriter(databases);
    await writer.settle(SHARD, order.id, { receipt: true, event: false }, { receiptAgeMs: 60_000 });
    const first = (await store.find(SHARD, order.id))?.way;
    expect(first?.receiptStoredAt).toEqual(order.createdAt);
    await writer.settle(SHARD, order.id, { receipt: true, event: true }, { receiptAgeMs: 0, eventAgeMs: 1_000 });
    const then = (await store.find(SHARD, order.id))?.way;
    expect(then?.receiptStoredAt).toEqual(order.createdAt);
    expect(then?.eventPublishedAt?.getTime()).toBeGreaterThan(order.createdAt.getTime());
  });

  it('finds nothing under another id', async () => {
    await place(anOrder());
    expect(await store.find(SHARD, ID(9))).toBeUndefined();
  });

  it('looks in no table from one end to the other', async () => {
    const plan = await shard.asMaster(async (client) => {
      await client.query('SET enable_seqscan = off');
      const { rows } = await client.query(
        `EXPLAIN SELECT * FROM orders LEFT JOIN outbox ON order_id = orders.id WHERE orders.id = '${ID(1)}'::uuid`,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toContain('orders_pkey');
    expect(plan).toContain('outbox_pkey');
    expect(plan).not.toContain('Seq Scan');
  });
});

describe('confirming orders', () => {
  it('marks each once, and a confirmation that comes again changes nothing, a time included', async () => {
    const createdAt = new Date(Date.now() - 60_000);
    for (const n of [1, 2, 3]) await place(anOrder({ id: ID(n), createdAt }));
    expect(await store.markConfirmed(SHARD, [ID(1), ID(2), ID(9)])).toEqual({
      lags: [expect.closeTo(60, -1), expect.closeTo(60, -1)],
      missing: [ID(9)],
    });
    const confirmed = await lists.list(SHARD, { limit: 10 });
    expect(confirmed.map(({ status }) => status)).toEqual(['created', 'confirmed', 'confirmed']);
    for (let again = 0; again < 100; again++) {
      expect(await store.markConfirmed(SHARD, [ID(1), ID(2)])).toEqual({ lags: [], missing: [] });
    }
    expect(await lists.list(SHARD, { limit: 10 })).toEqual(confirmed);
  });

  it('never gives an order a time before its creation', async () => {
    const createdAt = new Date(Date.now() + 60_000);
    await place(anOrder({ createdAt }));
    expect(await store.markConfirmed(SHARD, [anOrder().id])).toEqual({ lags: [0], missing: [] });
    expect((await lists.list(SHARD, { limit: 1 }))[0]?.updatedAt).toEqual(createdAt);
  });
});
