import { beforeAll, beforeEach, expect, it } from 'vitest';
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

/** Confirms the orders of a batch, all of which were placed in shard 1. @returns the offsets that failed */
async function confirmed(numbers: number[], map: readonly ShardRange[] = MOVING_MAP): Promise<number[]> {
  const orders = new PostgresOrderStore(shards.databases);
  const work = confirmOrders({ shards: map, orders, metrics, log: new MemoryLog() });
  const values = numbers.map((n) =>
    ORDER_CONFIRMED.encode(confirm(orderCreated(anOrder({ id: ID(n) }), { id: 1 }), new Date())),
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

it('a confirmation that arrives while its user is on the way waits, and the others of its batch are not lost', async () => {
  const { arrive, left } = await shards.leaving();
  const batch = confirmed([1, 2, 3]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(confirmedOrders()).toEqual([]);
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
