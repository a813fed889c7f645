import { randomInt } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import type { Order } from '../../domain/order.ts';
import type { ShardStatistics } from '../../domain/statistics.ts';
import { anOrder } from '../../testing/orders.ts';
import { PostgresOrderStatistics } from './order-statistics.ts';
import { PostgresOrderStore } from './order-store.ts';
import { PostgresOrderWriter } from './order-writer.ts';
import { PostgresOutbox } from './outbox.ts';
import type { ShardDatabases } from './shard-databases.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;
const ALL = { receipt: true, event: true };
const NONE = { orders: 0, revenue: 0n };

let shard: TestShard;
let databases: ShardDatabases;
let writer: PostgresOrderWriter;
let store: PostgresOrderStore;
let statistics: PostgresOrderStatistics;

const place = (n: number, over: Partial<Order> = {}) =>
  writer.place(SHARD, anOrder({ id: ID(n), createdAt: new Date(), ...over }), undefined);
const deltas = async () => (await shard.sql('SELECT count(*)::int FROM order_statistics_delta'))[0]?.count;
const lagged = (lags: ShardStatistics['publishedLags']) => [...lags.values()].reduce((sum, orders) => sum + orders, 0);

beforeAll(async () => {
  shard = await TestShard.create();
});
beforeEach(async () => {
  await shard.sql('TRUNCATE orders, outbox, order_statistics, order_statistics_delta');
  databases = shard.open();
  writer = new PostgresOrderWriter(databases);
  store = new PostgresOrderStore(databases);
  statistics = new PostgresOrderStatistics(databases);
  return () => databases.close();
});

/** The same numbers, counted anew from the orders. */
async function recount(userId?: string): Promise<unknown> {
  const [row] = await shard.sql(
    `SELECT count(*)::int AS orders, coalesce(sum(quantity * price) * 100, 0)::bigint AS revenue,
       count(*) FILTER (WHERE status = 'confirmed')::int AS confirmed_orders,
       coalesce(sum(quantity * price) FILTER (WHERE status = 'confirmed') * 100, 0)::bigint AS confirmed_revenue,
       count(event_published_at)::int AS published
     FROM orders WHERE $1::text IS NULL OR user_id = $1`,
    [userId],
  );
  return {
    placed: { orders: row?.orders, revenue: BigInt(String(row?.revenue)) },
    confirmed: { orders: row?.confirmed_orders, revenue: BigInt(String(row?.confirmed_revenue)) },
    published: row?.published,
  };
}

const counted = async (userId?: string) => {
  const { placed, confirmed, publishedLags } = await statistics.read(SHARD, userId);
  return { placed, confirmed, published: lagged(publishedLags) };
};

describe('the statistics', () => {
  it('of a shard without orders are zero', async () => {
    expect(await statistics.read(SHARD)).toEqual({
      asOf: expect.any(Date),
      placed: NONE,
      confirmed: NONE,
      minutes: new Map(),
      publishedLags: new Map(),
      confirmedLags: new Map(),
      outbox: { orders: 0, oldestAgeSeconds: 0 },
    });
  });

  it('follow an order to its confirmation, to the cent, before and after they are folded', async () => {
    await place(1, { quantity: 1_000_000, price: 99_999_999_99n });
    await place(2, { userId: 'bob', quantity: 3, price: 1n });
    await writer.settle(SHARD, ID(1), ALL, { receiptAgeMs: 0, eventAgeMs: 0 });
    await store.markConfirmed(SHARD, [ID(1)]);
    const big = { orders: 1, revenue: 99_999_999_990_000_00n };
    for (const time of ['before', 'after']) {
      expect(await statistics.read(SHARD), time).toMatchObject({
        placed: { orders: 2, revenue: big.revenue + 3n },
        confirmed: big,
        outbox: { orders: 1, oldestAgeSeconds: expect.any(Number) },
      });
      expect(await statistics.read(SHARD, 'alice'), time).toMatchObject({ placed: big, confirmed: big });
      const bobs = await statistics.read(SHARD, 'bob');
      expect(bobs, time).toMatchObject({ placed: { orders: 1, revenue: 3n }, confirmed: NONE, outbox: { orders: 1 } });
      expect([...bobs.minutes.values()], time).toEqual([{ orders: 1, revenue: 3n }]);
      await statistics.fold(SHARD);
    }
    expect(await deltas()).toBe(0);
  });

  it('count an order once, however often it is placed, settled and confirmed', async () => {
    for (const _ of [1, 2, 3]) {
      await place(1);
      await writer.settle(SHARD, ID(1), ALL, { receiptAgeMs: 5, eventAgeMs: 5 });
      await store.markConfirmed(SHARD, [ID(1), ID(1)]);
    }
    expect(await counted()).toEqual(await recount());
    expect(await counted()).toMatchObject({ placed: { orders: 1 }, confirmed: { orders: 1 }, published: 1 });
  });

  it('tell lags by class, a tenth off at most', async () => {
    const createdAt = new Date(Date.now() - 10_000);
    await place(1, { createdAt });
    await writer.settle(SHARD, ID(1), ALL, { eventAgeMs: 4_000 });
    const [lagClass] = (await statistics.read(SHARD)).publishedLags.keys();
    const milliseconds = 1.2 ** ((lagClass ?? 0) - 0.5);
    expect(milliseconds / (Date.now() - createdAt.getTime() - 4_000)).toBeGreaterThan(0.5);
    expect(milliseconds).toBeGreaterThan(5_400);
  });

  it('are exact at any moment while orders come, are delivered and confirmed, and are folded', async () => {
    const users = ['alice', 'bob', 'carol'];
    let working = true;
    const orders = async (first: number) => {
      for (let n = first; n < first + 40; n++) {
        await place(n, {
          userId: users[randomInt(3)] ?? '',
          quantity: randomInt(1, 9),
          price: BigInt(randomInt(1, 99_999)),
        });
        if (n % 3 !== 0) await writer.settle(SHARD, ID(n), ALL, { receiptAgeMs: 1, eventAgeMs: 2 });
        if (n % 5 === 0) await store.markConfirmed(SHARD, [ID(n), ID(n - 5), ID(n - 1)]);
      }
    };
    /** Every read is of one moment: what it sums up never falls. */
    const watch = async () => {
      for (let before = 0; working; ) {
        const { placed, minutes } = await statistics.read(SHARD);
        expect([...minutes.values()].reduce((sum, minute) => sum + minute.orders, 0)).toBe(placed.orders);
        expect(placed.orders).toBeGreaterThanOrEqual(before);
        before = placed.orders;
      }
    };
    const fold = async () => {
      while (working) await statistics.fold(SHARD);
    };
    const others = [watch(), fold(), fold()];
    await Promise.all([100, 200, 300, 400].map(orders));
    working = false;
    await Promise.all(others);
    for (const user of [undefined, ...users]) expect(await counted(user)).toEqual(await recount(user));
    expect((await counted()).placed.orders).toBe(160);
  });

  it('are folded in small steps, and what is over is forgotten so', async () => {
    await shard.sql(
      `INSERT INTO order_statistics_delta
       SELECT 'user' || n, 'placed', now() - interval '2 hours', 0, 1, 2 FROM generate_series(1, 11000) AS n`,
    );
    const taken: unknown[] = [];
    const query = databases.query.bind(databases);
    vi.spyOn(databases, 'query').mockImplementation(async (range, statement) => {
      const rows = await query(range, statement);
      taken.push(rows[0]?.taken);
      return rows as never;
    });
    await statistics.fold(SHARD);
    expect(taken).toEqual([5_000, 5_000, 1_000, 5_000, 5_000, 1_001]);
    expect((await counted()).placed).toEqual({ orders: 11_000, revenue: 22_000_00n });
    expect((await statistics.read(SHARD, 'user7')).placed).toEqual({ orders: 1, revenue: 2_00n });
  });

  it('are folded for a while only, however much there is', async () => {
    const query = vi.spyOn(databases, 'query').mockResolvedValue([{ taken: 5_000 }]);
    await statistics.fold(SHARD);
    expect(query).toHaveBeenCalledTimes(2 * 40);
  });

  it('forget the minutes of more than an hour ago, and no totals', async () => {
    await place(1, { createdAt: new Date(Date.now() - 62 * 60_000) });
    await place(2, { createdAt: new Date(Date.now() - 50 * 60_000) });
    await statistics.fold(SHARD);
    const { placed, minutes } = await statistics.read(SHARD);
    expect([placed.orders, minutes.size]).toEqual([2, 1]);
    const kept = await shard.sql(`SELECT count(DISTINCT minute)::int FROM order_statistics WHERE minute > '-infinity'`);
    expect(kept).toEqual([{ count: 1 }]);
  });

  it('count what an earlier release writes, which knows nothing of them', async () => {
    await shard.sql('REVOKE ALL ON order_statistics, order_statistics_delta FROM PUBLIC');
    await shard.sql(`REVOKE ALL ON order_statistics, order_statistics_delta FROM ${shard.user.username}`);
    await place(1);
    await shard.asUser((client) => client.query(`UPDATE orders SET status = 'confirmed', updated_at = now()`));
    await shard.sql(`GRANT SELECT ON order_statistics, order_statistics_delta TO ${shard.user.username}`);
    expect(await counted()).toMatchObject({ placed: { orders: 1 }, confirmed: { orders: 1 } });
    await shard.sql(`GRANT ALL ON order_statistics, order_statistics_delta TO ${shard.user.username}`);
  });

  it('read no orders, and of the outbox what is due', async () => {
    const plan = await shard.asMaster(async (client) => {
      await client.query('SET enable_seqscan = off');
      const { rows } = await client.query(
        `EXPLAIN SELECT fact FROM order_statistics WHERE user_id = 'alice' AND (minute = '-infinity' OR minute > now())`,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toContain('order_statistics_pkey');
  });
});

describe('what the relay delivers', () => {
  it('counts as published once, and not again when it is renewed', async () => {
    await place(1);
    const outbox = new PostgresOutbox(databases);
    await outbox.settleAll(SHARD, [{ order: anOrder({ id: ID(1) }), placedIn: SHARD, delivered: ALL, renewed: false }]);
    expect((await counted()).published).toBe(1);
    await outbox.renewUnconfirmed(SHARD, 0);
    await outbox.settleAll(SHARD, [{ order: anOrder({ id: ID(1) }), placedIn: SHARD, delivered: ALL, renewed: true }]);
    expect((await counted()).published).toBe(1);
    expect((await store.find(SHARD, ID(1)))?.way).toEqual({
      receiptStoredAt: expect.any(Date),
      eventPublishedAt: expect.any(Date),
      position: undefined,
    });
  });
});
