import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import type { Order } from '../../domain/order.ts';
import { anOrder } from '../../testing/orders.ts';
import { PostgresOrderWriter } from './order-writer.ts';
import type { ShardDatabases } from './shard-databases.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;
const NOTHING = { receipt: false, event: false };
const ALL = { receipt: true, event: true };

let shard: TestShard;
let databases: ShardDatabases;
let orders: PostgresOrderWriter;

const outbox = () => shard.sql('SELECT * FROM outbox ORDER BY created_at, order_id');
const age = (id: string, seconds: number) =>
  shard.sql('UPDATE outbox SET created_at = created_at - make_interval(secs => $2) WHERE order_id = $1', [id, seconds]);
const place = (n: number, over: Partial<Order> = {}, key?: string) =>
  orders.place(SHARD, anOrder({ id: ID(n), ...over }), key);

beforeAll(async () => {
  shard = await TestShard.create();
});
beforeEach(async () => {
  await shard.sql('TRUNCATE orders, outbox');
  databases = shard.open(undefined, undefined, true);
  orders = new PostgresOrderWriter(databases);
  return () => databases.close();
});

describe('placing an order', () => {
  it('stores it and notes that its receipt and event are due', async () => {
    const placement = await place(1);
    const order = anOrder();
    expect(placement).toEqual({
      order,
      placedIn: SHARD,
      replayed: false,
      delivered: NOTHING,
      outstandingMs: 0,
      eventMustWait: false,
    });
    expect(await outbox()).toMatchObject([
      { order_id: ID(1), user_id: 'alice', receipt_pending: true, event_pending: true, left_to_relay: false },
    ]);
  });

  it('again stores it once, as when its response was lost', async () => {
    await place(1, {}, 'k1');
    expect(await place(1, {}, 'k1')).toMatchObject({ order: anOrder(), replayed: false, delivered: NOTHING });
    await orders.settle(SHARD, ID(1), ALL);
    expect(await place(1)).toMatchObject({ order: anOrder(), replayed: false, delivered: ALL });
    expect([await shard.sql('SELECT id FROM orders'), await outbox()]).toEqual([[{ id: ID(1) }], []]);
  });

  it('says that a refused row is a defect, not an unavailable shard', async () => {
    await expect(place(1, { userId: '1alice' })).rejects.toMatchObject({ code: '23514' });
  });
});

describe('placing an order with a key', () => {
  it('finds the order that the user placed with it, as it was created', async () => {
    const createdAt = new Date();
    await place(1, { createdAt }, 'k1');
    await shard.sql(`UPDATE orders SET status = 'confirmed', updated_at = now()`);
    const again = await place(2, { quantity: 9 }, 'k1');
    expect(again).toMatchObject({
      order: anOrder({ createdAt }),
      placedIn: { id: 1, from: 'A', to: 'Z' },
      replayed: true,
      delivered: NOTHING,
    });
    expect(again.outstandingMs).toBeGreaterThan(0);
    expect(again.outstandingMs).toBeLessThan(60_000);
  });

  it('tells what of the found order is delivered, and since when the rest is outstanding', async () => {
    await place(1, {}, 'k1');
    await age(ID(1), 7);
    await orders.settle(SHARD, ID(1), { receipt: true, event: false });
    const again = await place(2, {}, 'k1');
    expect(again.delivered).toEqual({ receipt: true, event: false });
    expect(again.outstandingMs).toBeGreaterThan(7_000);
    await orders.settle(SHARD, ID(1), ALL);
    expect(await place(2, {}, 'k1')).toMatchObject({ delivered: ALL, outstandingMs: 0 });
  });

  it('keeps users and keys apart, to the letter', async () => {
    await place(1, {}, 'k1');
    expect(await place(2, { userId: 'Alice' }, 'k1')).toMatchObject({ replayed: false });
    expect(await place(3, {}, 'K1')).toMatchObject({ replayed: false });
    expect(await place(4)).toMatchObject({ replayed: false });
    expect(await place(5)).toMatchObject({ replayed: false });
  });

  it('gives 50 parallel requests one order and 50 equal responses', async () => {
    const environments = Array.from({ length: 50 }, () => shard.open());
    const placements = await Promise.all(
      environments.map((environment, n) =>
        new PostgresOrderWriter(environment).place(SHARD, anOrder({ id: ID(n) }), 'k1'),
      ),
    );
    await Promise.all(environments.map((environment) => environment.close()));
    expect(new Set(placements.map(({ order }) => JSON.stringify({ ...order, price: Number(order.price) }))).size).toBe(
      1,
    );
    expect(placements.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await shard.sql('SELECT count(*)::int FROM orders')).toEqual([{ count: 1 }]);
    expect(await outbox()).toHaveLength(1);
  });

  it('finds its order by index, however many there are', async () => {
    const plan = await shard.asMaster(async (client) => {
      await client.query('SET enable_seqscan = off');
      const { rows } = await client.query(
        `EXPLAIN SELECT FROM orders WHERE id = '${ID(1)}' OR (user_id = 'alice' AND idempotency_key = 'k1')`,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toMatch(/orders_pkey[\s\S]*orders_of_user_by_idempotency_key/);
  });
});

describe('an older event of the user', () => {
  it('holds up the next one when it is outstanding for more than five seconds', async () => {
    await place(1, { createdAt: new Date() });
    await age(ID(1), 4);
    expect(await place(2)).toMatchObject({ eventMustWait: false });
    await age(ID(1), 2);
    expect(await place(3)).toMatchObject({ eventMustWait: true });
    expect(await place(4, { userId: 'bob' })).toMatchObject({ eventMustWait: false });
  });

  it('is outstanding since its creation, although a shard that hung has stored it only now', async () => {
    await place(1, { createdAt: new Date(Date.now() - 6_000) }, 'k1');
    expect(await place(2)).toMatchObject({ eventMustWait: true });
    expect((await place(3, {}, 'k1')).outstandingMs).toBeGreaterThan(6_000);
  });

  it('holds up the next one at once when its request gave up on it, and this one all that follow', async () => {
    await place(1);
    await orders.settle(SHARD, ID(1), { receipt: true, event: false });
    expect(await place(2)).toMatchObject({ eventMustWait: true });
    await orders.settle(SHARD, ID(1), ALL);
    expect(await place(3)).toMatchObject({ eventMustWait: true });
    await orders.settle(SHARD, ID(2), ALL);
    await orders.settle(SHARD, ID(3), ALL);
    expect(await place(4)).toMatchObject({ eventMustWait: false });
  });

  it('holds up nothing when only its receipt is outstanding', async () => {
    await place(1);
    await age(ID(1), 60);
    await orders.settle(SHARD, ID(1), { receipt: false, event: true });
    expect(await place(2)).toMatchObject({ eventMustWait: false });
  });

  it('is not the order’s own, nor a younger one, when the order is found by its key', async () => {
    await place(1, {}, 'k1');
    await age(ID(1), 60);
    await place(2, {}, 'k2');
    await age(ID(2), 30);
    expect(await place(3, {}, 'k1')).toMatchObject({ replayed: true, eventMustWait: false });
    expect(await place(3, {}, 'k2')).toMatchObject({ replayed: true, eventMustWait: true });
  });
});

describe('settling', () => {
  it('drops the note when both are delivered, and otherwise keeps what is due', async () => {
    await place(1);
    await orders.settle(SHARD, ID(1), { receipt: false, event: true });
    expect(await outbox()).toMatchObject([{ receipt_pending: true, event_pending: false, left_to_relay: false }]);
    await orders.settle(SHARD, ID(1), ALL);
    expect(await outbox()).toEqual([]);
  });

  it('leaves an event to the relay that could not be published', async () => {
    await place(1);
    await orders.settle(SHARD, ID(1), { receipt: true, event: false });
    expect(await outbox()).toMatchObject([{ receipt_pending: false, event_pending: true, left_to_relay: true }]);
  });
});

describe('the statements of an order', () => {
  const create = async (n: number) => {
    await place(n);
    await orders.settle(SHARD, ID(n), ALL);
  };

  it('are parsed once for a connection', async () => {
    for (let n = 1; n <= 3; n += 1) await create(n);
    const text = 'SELECT name, (generic_plans + custom_plans)::int AS runs FROM pg_prepared_statements ORDER BY name';
    expect(await databases.query(SHARD, { text, values: [] })).toEqual([
      { name: 'place', runs: 3 },
      { name: 'settle', runs: 3 },
    ]);
  });

  it('read a few rows of an outbox that fills, though they were planned for an empty one', async () => {
    const rowsRead = async () => {
      // This connection's counters are written when it is idle, or now. https://www.postgresql.org/docs/current/monitoring-stats.html
      await databases.query(SHARD, { text: 'SELECT pg_stat_force_next_flush()', values: [] });
      const [row] = await shard.sql(
        "SELECT seq_tup_read + idx_tup_fetch AS rows FROM pg_stat_user_tables WHERE relname = 'outbox'",
      );
      return Number(row?.rows);
    };
    await shard.sql('VACUUM ANALYZE outbox');
    for (let n = 1; n <= 10; n += 1) await create(n);
    await shard.sql(`
      WITH stored AS (
        INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
        SELECT gen_random_uuid(), 'user' || n, 'Keyboard', 1, 1, 'created', now(), now() FROM generate_series(1, 20000) AS n
        RETURNING id, user_id
      )
      INSERT INTO outbox (order_id, user_id, due_at) SELECT id, user_id, now() FROM stored`);
    const before = await rowsRead();
    for (let n = 11; n <= 20; n += 1) await create(n);
    expect((await rowsRead()) - before).toBeLessThan(200);
  });
});
