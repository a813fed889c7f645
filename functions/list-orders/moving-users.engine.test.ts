import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ID } from '../adapters/postgres/moves-fixture.ts';
import { MOVING_MAP, MovingShards } from '../adapters/postgres/moving-shards-fixture.ts';
import { PostgresOrderLists } from '../adapters/postgres/order-lists.ts';
import { PostgresOrderStatistics } from '../adapters/postgres/order-statistics.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { PostgresOrderWriter } from '../adapters/postgres/order-writer.ts';
import { findOrder } from '../domain/find-order.ts';
import { listChanges, listOrders } from '../domain/order-lists.ts';
import type { OrderQuery } from '../domain/order-page.ts';
import { readStatistics } from '../domain/statistics.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryLog } from '../testing/ports.ts';

const NOTHING = { receipt: false, event: false };
const EVERY_SECOND = Date.parse('2026-11-22T09:30:00Z');

let shards: MovingShards;
let dependencies: { shards: typeof MOVING_MAP; orders: PostgresOrderLists; log: MemoryLog };

const list = (query: Partial<OrderQuery> = {}) => listOrders({ limit: 10, ...query }, dependencies);
const numbers = (page: { orders: readonly { id: string }[] }) => page.orders.map(({ id }) => Number(id.slice(-12)));

beforeAll(async () => {
  shards = await MovingShards.create();
  dependencies = { shards: MOVING_MAP, orders: new PostgresOrderLists(shards.databases), log: new MemoryLog() };
  return () => shards.close();
});

/** Orders 1 to 6 of alice, and 7 of zara in between. */
beforeEach(async () => {
  await shards.empty();
  for (let n = 1; n <= 6; n++) await shards.source.place(n, { createdAt: new Date(EVERY_SECOND + n * 1_000) });
  await shards.source.place(7, { userId: 'zara', createdAt: new Date(EVERY_SECOND + 3_500) });
});

/** All that a reader can ask about alice. */
async function expectAllOf(confirmed: number[]): Promise<void> {
  const all = [6, 5, 4, 7, 3, 2, 1];
  const alices = all.filter((n) => n !== 7);
  expect(numbers(await list())).toEqual(all);
  expect(numbers(await list({ userId: 'alice' }))).toEqual(alices);
  expect(numbers(await list({ userPrefix: 'ali' }))).toEqual(alices);
  expect(numbers(await list({ id: ID(2) }))).toEqual([2]);
  expect(numbers(await list({ status: 'confirmed' }))).toEqual(confirmed);
  expect(numbers(await list({ status: 'created' }))).toEqual(all.filter((n) => !confirmed.includes(n)));
  expect(numbers(await listChanges({ limit: 10 }, new Date(0), dependencies)).toSorted()).toEqual(all.toSorted());
  const orders = new PostgresOrderStore(shards.databases);
  const finding = findOrder(ID(3), { kind: 'anyone' }, { shards: MOVING_MAP, orders });
  expect((await finding).order.status).toBe(confirmed.includes(3) ? 'confirmed' : 'created');
  const statistics = new PostgresOrderStatistics(shards.databases);
  const { answers } = await readStatistics('alice', { shards: MOVING_MAP, statistics, log: new MemoryLog() });
  const { placed, confirmed: done } = answers[0]?.answer ?? {};
  expect([answers.length, placed?.orders, done?.orders]).toEqual([1, 6, confirmed.filter((n) => n !== 7).length]);
}

it('lists, details and statistics are complete at every step of a move, without doubles, and tell the latest state', async () => {
  await expectAllOf([]);
  await shards.begin();
  await expectAllOf([]);
  const { arrive, left } = await shards.leaving();
  await expectAllOf([]);
  await arrive();
  await expectAllOf([]);
  await left();
  await expectAllOf([]);
  await new PostgresOrderStore(shards.databases).markConfirmed({ id: 2 }, [ID(3)]);
  await expectAllOf([3]);
  await shards.archive();
  await expectAllOf([3]);
});

it('lists, details and statistics are complete when a move is undone half-way, and when it has been undone', async () => {
  await shards.begin();
  const { arrive } = await shards.leaving();
  await shards.expire();
  const places = shards.users();
  await places.at('alice', (shard) => new PostgresOrderWriter(shards.databases).settle(shard, ID(1), NOTHING));
  expect(await arrive()).toBe('refused');
  await expectAllOf([]);
  await shards.move();
  await shards.abort();
  await expectAllOf([]);
  await shards.moveBack();
  await expectAllOf([]);
});

it('a cursor from before the move leads on during and after it', async () => {
  for (const filter of [{ userId: 'alice' }, { userPrefix: 'ALICE' }]) {
    await shards.empty();
    for (let n = 1; n <= 6; n++) await shards.source.place(n, { createdAt: new Date(EVERY_SECOND + n * 1_000) });
    const first = await list({ ...filter, limit: 2 });
    await shards.begin();
    const { arrive, left } = await shards.leaving();
    const second = await list({ ...filter, limit: 2, after: first.next });
    await arrive();
    await left();
    const third = await list({ ...filter, limit: 2, after: second.next });
    expect([first, second, third].map(numbers)).toEqual([
      [6, 5],
      [4, 3],
      [2, 1],
    ]);
    expect(third.next).toBeUndefined();
  }
});

describe('while users move there and back all the time', () => {
  /** Repeats the work, which is told how often it was done before, until alice has moved five times there and back. */
  async function meanwhile(work: (times: number) => Promise<void>): Promise<number> {
    await shards.begin();
    let moving = true;
    const moves = (async () => {
      for (let times = 0; times < 5; times++) {
        await shards.move();
        await shards.abort();
        await shards.moveBack();
        await shards.begin();
      }
    })().finally(() => {
      moving = false;
    });
    let times = 0;
    for (; moving; times++) await work(times);
    await moves;
    return times;
  }

  it('a reader who pages through finds everything, once', async () => {
    const walks = await meanwhile(async () => {
      const pages = [await list({ limit: 3 })];
      for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
        pages.push(await list({ limit: 3, after: next }));
      }
      expect(pages.flatMap(numbers).toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    });
    expect(walks).toBeGreaterThan(2);
  });

  it('an order that has been stored is listed and found from then on, once', async () => {
    const places = shards.users();
    const writer = new PostgresOrderWriter(shards.databases);
    const orders = new PostgresOrderStore(shards.databases);
    const stored = await meanwhile(async (times) => {
      const order = anOrder({ id: ID(100 + times), createdAt: new Date(), updatedAt: new Date() });
      await places.at(order.userId, (shard) => writer.place(shard, order, undefined));
      const listed = numbers(await list({ userId: 'alice', limit: 1_000 })).filter((n) => n >= 100);
      expect(listed.toSorted()).toEqual(Array.from({ length: times + 1 }, (_, n) => 100 + n));
      const found = await findOrder(order.id, { kind: 'anyone' }, { shards: MOVING_MAP, orders });
      expect(found.order.id).toBe(order.id);
    });
    expect(stored).toBeGreaterThan(2);
  });
});
