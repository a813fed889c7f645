import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHARD } from '../../tests/support/test-shard.ts';
import { PostgresMoves } from '../adapters/postgres/moves.ts';
import { ID } from '../adapters/postgres/moves-fixture.ts';
import { MOVING_MAP, MovingShards } from '../adapters/postgres/moving-shards-fixture.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { ORDER_CONFIRMED } from '../contract/events/order-confirmed.ts';
import { confirm, orderCreated } from '../domain/events.ts';
import type { ShardRange } from '../domain/shard-map.ts';
import { batchLike, INVOCATION } from '../testing/msk-event.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryLog, MemoryMetrics } from '../testing/ports.ts';
import { confirmOrders } from './confirm-orders.ts';
import sample from './samples/msk-event.json' with { type: 'json' };

let shards: MovingShards;
let metrics: MemoryMetrics;

beforeAll(async () => {
  shards = await MovingShards.create();
  return () => shards.close();
});
beforeEach(async () => {
  metrics = new MemoryMetrics();
  await shards.empty();
  for (const n of [1, 2]) await shards.source.place(n);
  await shards.source.place(3, { userId: 'zara' });
  await shards.begin();
});

const USERS: Record<number, string> = { 3: 'zara' };
const A_MINUTE_AND_MORE_MS = 61_000;

/**
 * Confirms the orders of a batch, all of which were placed in shard 1.
 *
 * @param age of the confirmations in milliseconds
 * @returns the offsets that failed
 */
async function confirmed(numbers: number[], map: readonly ShardRange[] = MOVING_MAP, age = 0): Promise<number[]> {
  const orders = new PostgresOrderStore(shards.databases);
  const moves = new PostgresMoves(shards.databases);
  const work = confirmOrders({ shards: map, orders, moves, metrics, now: () => new Date(), log: new MemoryLog() });
  const values = numbers.map((n) =>
    ORDER_CONFIRMED.encode(
      confirm(orderCreated(anOrder({ id: ID(n), userId: USERS[n] ?? 'alice' }), { id: 1 }), new Date(Date.now() - age)),
    ),
  );
  return (await work(batchLike(sample, ...values), INVOCATION)).map(({ offset }) => offset);
}

const statusOf = async (place: MovingShards['source']) =>
  (await place.test.sql('SELECT id, status FROM orders ORDER BY id')).map(({ status }) => status);
const confirmedOrders = () => metrics.recorded.map(({ values }) => values.OrdersConfirmed);

it('a confirmation that arrives after its user has moved is applied at the new place, and once', async () => {
  await shards.move();
  expect([await confirmed([1, 3]), await confirmed([1, 3])]).toEqual([[], []]);
  expect(await statusOf(shards.target)).toEqual(['confirmed', 'created']);
  expect(await statusOf(shards.source)).toEqual(['created', 'created', 'confirmed']);
  expect(confirmedOrders()).toEqual([2, 0]);
  expect(await shards.target.statistics('alice')).toMatchObject({ confirmed: { orders: 1 } });
});

it('a confirmation that arrives after the shard is gone where its order was placed is applied at the new place', async () => {
  await shards.move();
  await shards.archive();
  expect(await confirmed([2], [{ id: 2, from: 'A', to: 'Z' }])).toEqual([]);
  expect(await statusOf(shards.target)).toEqual(['created', 'confirmed']);
});

it('a confirmation that arrives while its user is on the way waits, and the others of its batch do not', async () => {
  const { arrive, left } = await shards.leaving();
  await shards.source.test.sql(`UPDATE placements SET lease_until = now() + interval '1 hour'`);
  const batch = confirmed([1, 2, 3]);
  await expect.poll(() => statusOf(shards.source), { timeout: 30_000 }).toEqual(['created', 'created', 'confirmed']);
  await arrive();
  await left();
  expect([await batch, confirmedOrders()]).toEqual([[], [3]]);
  expect(await statusOf(shards.target)).toEqual(['confirmed', 'confirmed']);
});

it('a confirmation that arrives while its user is copied moves along', async () => {
  await shards.copying();
  expect(await confirmed([1])).toEqual([]);
  await shards.move();
  expect(await statusOf(shards.target)).toEqual(['confirmed', 'created']);
});

it('a confirmation of a user who is on the way back waits until they are back', async () => {
  await shards.move();
  await shards.abort();
  const { arrive, left } = await shards.leavingBack();
  const batch = confirmed([1]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await arrive();
  await left();
  expect([await batch, confirmedOrders()]).toEqual([[], [1]]);
  expect(await statusOf(shards.source)).toEqual(['confirmed', 'created', 'created']);
});

it.each([
  {
    arrives: false,
    status: [
      ['confirmed', 'created', 'created'],
      ['created', 'created'],
    ],
  },
  {
    arrives: true,
    status: [
      ['created', 'created', 'created'],
      ['confirmed', 'created'],
    ],
  },
])(
  'a confirmation ends a switch whose time is over, and is applied where the user is then (arrived: $arrives)',
  async ({ arrives, status }) => {
    const { arrive } = await shards.leaving();
    if (arrives) await arrive();
    await shards.expire();
    expect([await confirmed([1]), confirmedOrders()]).toEqual([[], [1]]);
    expect([await statusOf(shards.source), await statusOf(shards.target)]).toEqual(status);
  },
);

describe('while the target is down', () => {
  it('the confirmation of a user on the way to it waits, and no other of the source', async () => {
    await shards.leaving();
    await shards.expire();
    await whileDown(shards.target, async () => {
      expect([await confirmed([1, 3]), confirmedOrders()]).toEqual([[42], [1]]);
      expect(await statusOf(shards.source)).toEqual(['created', 'created', 'confirmed']);
    });
    expect([await confirmed([1]), confirmedOrders()]).toEqual([[], [1, 1]]);
    expect(await statusOf(shards.source)).toEqual(['confirmed', 'created', 'confirmed']);
  });

  it('the confirmation of a user who has moved to it waits, and no other of the source', async () => {
    await shards.move();
    await shards.archive();
    await whileDown(shards.target, async () => {
      expect([await confirmed([1, 3]), confirmedOrders()]).toEqual([[42], [1]]);
    });
    expect([await confirmed([1]), confirmedOrders()]).toEqual([[], [1, 1]]);
  });

  it('a confirmation does not hold up the next batches of the source for longer than a minute: the relay has the event published again', async () => {
    await shards.source.test.sql('TRUNCATE outbox');
    await shards.leaving();
    await shards.expire();
    await whileDown(shards.target, async () => {
      expect(await confirmed([1, 3], MOVING_MAP, A_MINUTE_AND_MORE_MS)).toEqual([]);
    });
    await shards.source.test.sql(`UPDATE placements SET state = 'here'`);
    await shards.source.test.sql(`UPDATE orders SET created_at = now() - interval '11 minutes' WHERE id = $1`, [ID(1)]);
    expect(await shards.source.outbox.renewUnconfirmed(SHARD, 10)).toBe(1);
  });
});

/** Nobody gets a connection to it as the application's user. */
async function whileDown({ test }: MovingShards['target'], work: () => Promise<void>): Promise<void> {
  const { username } = test.user;
  await test.sql(`ALTER ROLE ${username} CONNECTION LIMIT 0`);
  await test.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${username}'`);
  try {
    await work();
  } finally {
    await test.sql(`ALTER ROLE ${username} CONNECTION LIMIT -1`);
  }
}
