import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rowsRead } from '../../../tests/support/rows-read.ts';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import type { Order } from '../../domain/order.ts';
import type { OutstandingOrder } from '../../domain/ports.ts';
import { anOrder } from '../../testing/orders.ts';
import { PostgresOrderStore } from './order-store.ts';
import { PostgresOrderWriter } from './order-writer.ts';
import { PostgresOutbox } from './outbox.ts';
import type { ShardDatabases } from './shard-databases.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;
const NOTHING = { receipt: false, event: false };
const ALL = { receipt: true, event: true };
const placedIn = { id: 1, from: 'A', to: 'Z' };

let shard: TestShard;
let databases: ShardDatabases;
let orders: PostgresOrderWriter;
let outbox: PostgresOutbox;
let createdAt: Date;

const orderOf = (n: number, over: Partial<Order> = {}) => anOrder({ id: ID(n), createdAt, ...over });
const place = (n: number, over: Partial<Order> = {}) => orders.place(SHARD, orderOf(n, over), undefined);
/** Lets time go by for everything in the outbox. */
const wait = (seconds: number) =>
  shard.sql(
    `UPDATE outbox SET created_at = created_at - make_interval(secs => $1), due_at = due_at - make_interval(secs => $1)`,
    [seconds],
  );
const numbers = (batch: readonly OutstandingOrder[]) => batch.map(({ order }) => Number(order.id.slice(-12)));
const settledAs = (batch: readonly OutstandingOrder[], delivered = ALL) => batch.map((one) => ({ ...one, delivered }));
const rows = () => shard.sql('SELECT * FROM outbox ORDER BY order_id');

beforeAll(async () => {
  shard = await TestShard.create();
});
beforeEach(async () => {
  await shard.sql('TRUNCATE orders, outbox');
  createdAt = new Date();
  databases = shard.open();
  orders = new PostgresOrderWriter(databases);
  outbox = new PostgresOutbox(databases);
  return () => databases.close();
});

describe('claiming', () => {
  it('takes an order 30 s after its creation and tells what is outstanding', async () => {
    await place(1);
    await orders.settle(SHARD, ID(1), { receipt: true, event: false });
    await wait(29);
    expect(await outbox.claim(SHARD)).toEqual([]);
    await wait(1);
    expect(await outbox.claim(SHARD)).toEqual([
      { order: orderOf(1), placedIn, delivered: { receipt: true, event: false }, renewed: false },
    ]);
  });

  it('gives the order as it was created, whatever became of it', async () => {
    await place(1);
    await new PostgresOrderStore(databases).markConfirmed(SHARD, [ID(1)]);
    await wait(30);
    expect(await outbox.claim(SHARD)).toEqual([{ order: orderOf(1), placedIn, delivered: NOTHING, renewed: false }]);
  });

  it('takes all of a user, oldest first, when the oldest is overdue', async () => {
    for (const n of [3, 1]) {
      await place(n);
      await wait(20);
    }
    await place(2);
    await place(4, { userId: 'bob' });
    expect(numbers(await outbox.claim(SHARD))).toEqual([3, 1, 2]);
  });

  it('takes the first of everybody before the second of anybody', async () => {
    for (const [n, userId] of ['alice', 'alice', 'alice', 'bob', 'carol', 'bob'].entries()) {
      await place(n + 1, { userId });
      await wait(1);
    }
    await wait(30);
    expect(numbers(await outbox.claim(SHARD))).toEqual([1, 4, 5, 2, 6, 3]);
  });

  it('keeps others away for 50 s, then offers what was not settled again', async () => {
    await place(1);
    await wait(30);
    expect(await outbox.claim(SHARD)).toHaveLength(1);
    expect(await outbox.claim(SHARD)).toEqual([]);
    await wait(49);
    expect(await outbox.claim(SHARD)).toEqual([]);
    await wait(2);
    expect(await outbox.claim(SHARD)).toHaveLength(1);
  });

  it('keeps its user here for 50 s, or until the batch is settled', async () => {
    const seconds = () => shard.sql('SELECT extract(epoch FROM leased_until - now())::int AS seconds FROM outbox');
    await place(1);
    expect(await seconds()).toEqual([{ seconds: null }]);
    await wait(30);
    const batch = await outbox.claim(SHARD);
    expect(await seconds()).toEqual([{ seconds: expect.closeTo(50, -1) }]);
    await outbox.settleAll(SHARD, settledAs(batch, { receipt: false, event: true }));
    expect(await seconds()).toEqual([{ seconds: null }]);
  });

  it.each([
    ['an outage of ten minutes', 600, 150],
    ['an outage of a day', 86_400, 1_800],
  ])('backs off a quarter of the age, and half an hour at most: %s', async (_, ageSeconds, backoffSeconds) => {
    await place(1);
    await wait(ageSeconds);
    await outbox.claim(SHARD);
    await wait(backoffSeconds - 1);
    expect(await outbox.claim(SHARD)).toEqual([]);
    await wait(2);
    expect(await outbox.claim(SHARD)).toHaveLength(1);
  });

  it('offers an order at once, and as rarely as ever, when the clock of the server was set back by an hour', async () => {
    await place(1);
    await wait(-3_600);
    expect(numbers(await outbox.claim(SHARD))).toEqual([1]);
    expect(await outbox.claim(SHARD)).toEqual([]);
    await wait(49);
    expect(await outbox.claim(SHARD)).toEqual([]);
    await wait(2);
    expect(await outbox.claim(SHARD)).toHaveLength(1);
  });

  it('backs off per user, not per order', async () => {
    await place(1);
    await wait(30);
    await outbox.claim(SHARD);
    await place(2);
    await place(3, { userId: 'bob' });
    await wait(40);
    expect(numbers(await outbox.claim(SHARD))).toEqual([3]);
  });

  it('offers an event that had to wait as soon as the older one is gone', async () => {
    await place(1);
    await orders.settle(SHARD, ID(1), NOTHING);
    await place(2);
    expect(await outbox.claim(SHARD)).toEqual([]);
    await orders.settle(SHARD, ID(1), ALL);
    expect(numbers(await outbox.claim(SHARD))).toEqual([2]);
  });

  it('passes over a user whose rows somebody holds, without waiting', async () => {
    await place(1);
    await place(2, { userId: 'bob' });
    await wait(30);
    await shard.asMaster(async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT FROM outbox WHERE order_id = $1 FOR UPDATE', [ID(1)]);
      expect(numbers(await outbox.claim(SHARD))).toEqual([2]);
    });
    expect(numbers(await outbox.claim(SHARD))).toEqual([1]);
  });
});

describe('after an outage', () => {
  /** Rows of three times as many users as a claim takes, who have ordered by turns. */
  const leave = async (count: number) => {
    await shard.sql(
      `WITH stored AS (
         INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
         SELECT gen_random_uuid(), 'user' || n % 300, 'Keyboard', 1, 1, 'created', at, at
         FROM (SELECT n, now() - interval '1 day' + n * interval '1 second' AS at FROM generate_series(1, $1) AS n) AS placed
         RETURNING id, user_id, created_at
       )
       INSERT INTO outbox (order_id, user_id, created_at) SELECT id, user_id, created_at FROM stored`,
      [count],
    );
    await shard.sql('ANALYZE orders, outbox');
  };

  it('a batch is claimed and settled without reading more rows than it has, however many there are', async () => {
    await leave(20_000);
    const claimed = await rowsRead(shard, async (explained) => new PostgresOutbox(explained).claim(SHARD));
    // The batch and the oldest rows of its users; before that, two looks at the first 400 that are due, and at the oldest rows of their users.
    expect(claimed.orders).toBe(400);
    expect(claimed.outbox).toBeLessThanOrEqual(400 + 100 + 2 * 3 * 400);
    const batch = await outbox.claim(SHARD);
    // Each is locked, then changed or deleted; and the next row of each user, which is behind those of the batch.
    const settled = await rowsRead(shard, async (explained) =>
      new PostgresOutbox(explained).settleAll(SHARD, settledAs(batch)),
    );
    expect(settled.orders).toBe(2 * 400);
    expect(settled.outbox).toBeLessThanOrEqual(5 * 400);
  });
});

describe('while users are backed off', () => {
  /** Many rows of each of them, which are due but for the oldest one. */
  const backOff = async (users: number, each: number) => {
    await shard.sql(
      `WITH stored AS (
         INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
         SELECT gen_random_uuid(), 'user' || n % $1::int, 'Keyboard', 1, 1, 'created', at, at
         FROM (SELECT n, now() - interval '1 hour' + n * interval '100 ms' AS at FROM generate_series(0, $1::int * $2::int - 1) AS n) AS placed
         RETURNING id, user_id, created_at
       )
       INSERT INTO outbox (order_id, user_id, created_at, due_at)
       SELECT id, user_id, created_at, CASE WHEN row_number() OVER (PARTITION BY user_id ORDER BY created_at) = 1
         THEN now() + interval '10 minutes' ELSE created_at + interval '30 s' END
       FROM stored`,
      [users, each],
    );
    await shard.sql('ANALYZE orders, outbox');
  };
  const claimCounting = () => rowsRead(shard, async (explained) => new PostgresOutbox(explained).claim(SHARD));

  it('a claim looks at a row of theirs once, and not again until the next attempt', async () => {
    await backOff(20, 200);
    expect(await outbox.claim(SHARD)).toEqual([]);
    await place(1, { userId: 'bob' });
    await shard.sql(`UPDATE outbox SET due_at = now() WHERE user_id = 'bob'`);
    const { outbox: read } = await claimCounting();
    expect(read).toBeLessThan(20);
  });

  it('the rest of a user is offered at once when the batch with the oldest row is settled', async () => {
    await backOff(1, 500);
    await outbox.claim(SHARD);
    await wait(600);
    const batch = await outbox.claim(SHARD);
    expect(batch).toHaveLength(400);
    expect(await outbox.claim(SHARD)).toEqual([]);
    await outbox.settleAll(SHARD, settledAs(batch));
    expect(await outbox.claim(SHARD)).toHaveLength(99 + 1);
  });
});

describe('settling a batch', () => {
  it('drops what is done and keeps the rest of each order', async () => {
    for (const n of [1, 2, 3]) await place(n);
    await wait(30);
    const [first, second, third] = await outbox.claim(SHARD);
    if (first === undefined || second === undefined || third === undefined) throw new Error('There are three orders.');
    await outbox.settleAll(SHARD, [
      { ...first, delivered: { receipt: false, event: true } },
      { ...second, delivered: ALL },
      { ...third, delivered: { receipt: true, event: false } },
    ]);
    expect(await rows()).toMatchObject([
      { order_id: ID(1), receipt_pending: true, event_pending: false },
      { order_id: ID(3), receipt_pending: false, event_pending: true, left_to_relay: true },
    ]);
  });

  it('gets every row, also one that another statement has for a moment', async () => {
    await place(1);
    await place(2);
    await wait(30);
    const batch = await outbox.claim(SHARD);
    await shard.asMaster(async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT FROM outbox WHERE order_id = $1 FOR UPDATE', [ID(1)]);
      const settling = outbox.settleAll(SHARD, settledAs(batch));
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      await expect.poll(async () => (await client.query(waiting)).rowCount).toBe(1);
      await client.query('COMMIT');
      await settling;
    });
    expect(await rows()).toEqual([]);
  });

  it('gives back the orders that the shard does not have', async () => {
    await place(1);
    await wait(30);
    const batch = await outbox.claim(SHARD);
    const strange = batch.map((one) => ({ ...one, order: anOrder({ id: ID(9) }) }));
    expect(await outbox.settleAll(SHARD, settledAs([...batch, ...strange]))).toEqual(settledAs(strange));
  });

  it('comes too late without harm', async () => {
    await place(1);
    await wait(30);
    const batch = await outbox.claim(SHARD);
    await outbox.settleAll(SHARD, settledAs(batch));
    await outbox.settleAll(SHARD, settledAs(batch, NOTHING));
    expect(await rows()).toEqual([]);
  });
});

describe('orders that are never confirmed', () => {
  const created = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000);
  const deliver = async () => outbox.settleAll(SHARD, settledAs(await outbox.claim(SHARD)));
  const grow = (minutes: number) =>
    shard.sql(
      `UPDATE orders SET created_at = created_at - make_interval(mins => $1), renewed_at = renewed_at - make_interval(mins => $1)`,
      [minutes],
    );

  it('have their event published again after the given time, then at twice the age and so on', async () => {
    await place(1, { createdAt: created(0) });
    await orders.settle(SHARD, ID(1), ALL);
    let age = 0;
    for (const [minutes, renewed] of [
      [9, 0],
      [11, 1],
      [21, 0],
      [23, 1],
      [45, 0],
      [47, 1],
    ] as const) {
      await grow(minutes - age);
      age = minutes;
      expect([minutes, await outbox.renewUnconfirmed(SHARD, 10)]).toEqual([minutes, renewed]);
      expect(await outbox.claim(SHARD)).toHaveLength(renewed);
      await orders.settle(SHARD, ID(1), ALL);
    }
  });

  it('have no other receipt stored', async () => {
    await place(1, { createdAt: created(10) });
    await orders.settle(SHARD, ID(1), ALL);
    await outbox.renewUnconfirmed(SHARD, 10);
    expect(await outbox.claim(SHARD)).toMatchObject([{ delivered: { receipt: true, event: false }, renewed: true }]);
  });

  it('are left alone while their event is outstanding anyway, and not while only the receipt is', async () => {
    for (const n of [1, 2]) await place(n, { createdAt: created(10), userId: `user${n === 1 ? 'A' : 'B'}` });
    await orders.settle(SHARD, ID(2), { receipt: false, event: true });
    expect(await outbox.renewUnconfirmed(SHARD, 10)).toBe(1);
    expect(await rows()).toMatchObject([
      { order_id: ID(1), receipt_pending: true, event_pending: true },
      { order_id: ID(2), receipt_pending: true, event_pending: true },
    ]);
  });

  it('are left alone once they are confirmed', async () => {
    await place(1, { createdAt: created(10) });
    await orders.settle(SHARD, ID(1), ALL);
    await new PostgresOrderStore(databases).markConfirmed(SHARD, [ID(1)]);
    expect(await outbox.renewUnconfirmed(SHARD, 10)).toBe(0);
  });

  it('are each renewed by one of two relays', async () => {
    for (let n = 1; n <= 40; n++) await place(n, { createdAt: created(10), userId: `user${n % 7}` });
    await wait(30);
    await deliver();
    const other = shard.open();
    const renewed = await Promise.all(
      [outbox, new PostgresOutbox(other)].map((each) => each.renewUnconfirmed(SHARD, 10)),
    );
    await other.close();
    expect(renewed.reduce((sum, count) => sum + count)).toBe(40);
  });
});

describe('the oldest age', () => {
  it('is how long the oldest order has been waiting', async () => {
    expect(await outbox.oldestAgeSeconds(SHARD)).toBe(0);
    await place(1);
    await wait(90);
    await place(2);
    expect(await outbox.oldestAgeSeconds(SHARD)).toBeGreaterThan(90);
  });
});
