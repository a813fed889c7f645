import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import type { Order } from '../../domain/order.ts';
import type { OrderQuery } from '../../domain/order-page.ts';
import { anOrder } from '../../testing/orders.ts';
import { PostgresOrderLists } from './order-lists.ts';
import { PostgresOrderStatistics } from './order-statistics.ts';
import { PostgresOrderStore } from './order-store.ts';
import { PostgresOrderWriter } from './order-writer.ts';
import type { ShardDatabases } from './shard-databases.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;

let shard: TestShard;
let databases: ShardDatabases;
let lists: PostgresOrderLists;
const place = (order: Order) => new PostgresOrderWriter(databases).place(SHARD, order, undefined);
const confirm = (...numbers: number[]) => new PostgresOrderStore(databases).markConfirmed(SHARD, numbers.map(ID));
const numbers = (orders: readonly Order[]) => orders.map(({ id }) => Number(id.slice(-12)));
const list = async (query: Omit<OrderQuery, 'limit'>) => numbers(await lists.list(SHARD, { limit: 100, ...query }));

beforeAll(async () => {
  shard = await TestShard.create();
});
beforeEach(async () => {
  await shard.sql('TRUNCATE orders, outbox, order_statistics, order_statistics_delta');
  databases = shard.open();
  lists = new PostgresOrderLists(databases);
  return () => databases.close();
});

describe('listing orders', () => {
  it('gives back what was stored, to the cent and the millisecond', async () => {
    const productName = "Bobby'; DROP TABLE orders; --🎹";
    const order = anOrder({ quantity: 1_000_000, price: 99_999_999_99n, productName });
    await place(order);
    expect(await lists.list(SHARD, { limit: 10 })).toEqual([order]);
  });

  it('leads through the pages of a user or of all, each order once, in the order of time and id', async () => {
    const order = (n: number): Order =>
      anOrder({ id: ID(n), userId: n % 2 === 0 ? 'alice' : 'bob', createdAt: new Date(1_000 * Math.floor(n / 3)) });
    for (const n of [5, 2, 9, 1, 7, 3, 8, 4, 6]) await place(order(n));
    const pages = async (userId?: string) => {
      const seen: number[] = [];
      let after: Order | undefined;
      do {
        const page: Order[] = await lists.list(SHARD, { userId, after, limit: 2 });
        seen.push(...page.map(({ id }) => Number(id.slice(-12))));
        after = page.at(-1);
      } while (after !== undefined);
      return seen;
    };
    expect(await pages()).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(await pages('alice')).toEqual([8, 6, 4, 2]);
  });
});

describe('narrowing a list', () => {
  beforeEach(async () => {
    const users = ['alice', 'Alan', 'al_x', 'alzheimer', 'bob', 'ALICE'];
    for (const [n, userId] of users.entries()) {
      await place(anOrder({ id: ID(n + 1), userId, createdAt: new Date(1_000 * n) }));
    }
    await confirm(1, 5);
  });

  it('by status takes those that have it now', async () => {
    expect(await list({ status: 'confirmed' })).toEqual([5, 1]);
    expect(await list({ status: 'created' })).toEqual([6, 4, 3, 2]);
    expect(await list({ status: 'confirmed', userId: 'alice' })).toEqual([1]);
  });

  it.each(['before', 'after'])(
    'by the beginning of a name takes it in any case and literally, %s folding',
    async (time) => {
      if (time === 'after') await new PostgresOrderStatistics(databases).fold(SHARD);
      expect(await list({ userPrefix: 'ali' })).toEqual([6, 1]);
      expect(await list({ userPrefix: 'AL' })).toEqual([6, 4, 3, 2, 1]);
      expect(await list({ userPrefix: 'al_' })).toEqual([3]);
      expect(await list({ userPrefix: 'al%' })).toEqual([]);
      expect(await list({ userPrefix: 'alz', status: 'created' })).toEqual([4]);
    },
  );

  it('by the beginning of a name leads through the pages of all who have it', async () => {
    const after = await lists.list(SHARD, { userPrefix: 'al', limit: 2 });
    expect(numbers(after)).toEqual([6, 4]);
    expect(await list({ userPrefix: 'al', after: after[1] })).toEqual([3, 2, 1]);
  });

  it('by the beginning of a name looks at twenty users, the first by name', async () => {
    for (let n = 10; n < 40; n++) await place(anOrder({ id: ID(n), userId: `b${n}` }));
    expect((await list({ userPrefix: 'b' })).toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => index + 10));
  });

  it('by an id takes that order, of one user or of anybody', async () => {
    expect(await list({ id: ID(5) })).toEqual([5]);
    expect(await list({ id: ID(5), userId: 'alice' })).toEqual([]);
  });
});

describe('what has changed', () => {
  const since = (time: Date, query: Partial<OrderQuery> = {}) => lists.changes(SHARD, { limit: 100, ...query }, time);

  it('is what was created or confirmed since then, and for five seconds before, by the time of the database', async () => {
    for (const n of [1, 2, 3]) await place(anOrder({ id: ID(n), createdAt: new Date(0) }));
    const backdate = (n: number, seconds: number) =>
      shard.sql('UPDATE orders SET changed_at = now() - make_interval(secs => $2) WHERE id = $1', [ID(n), seconds]);
    for (const n of [1, 2, 3]) await backdate(n, 60);
    const start = await since(new Date(Date.now() + 60_000));
    expect(start.orders).toEqual([]);
    await confirm(2);
    await place(anOrder({ id: ID(4), createdAt: new Date(0) }));
    await backdate(3, 4);
    const { orders, asOf } = await since(start.asOf);
    expect(numbers(orders)).toEqual([4, 2, 3]);
    expect(orders.map(({ status }) => status)).toEqual(['created', 'confirmed', 'created']);
    expect(asOf.getTime()).toBeGreaterThanOrEqual(start.asOf.getTime());
    expect(numbers((await since(start.asOf, { limit: 1 })).orders)).toEqual([4]);
  });

  it('is narrowed as lists are', async () => {
    for (const [n, userId] of ['alice', 'alan', 'bob'].entries()) await place(anOrder({ id: ID(n + 1), userId }));
    await confirm(2);
    const earlier = new Date(Date.now() - 60_000);
    expect(numbers((await since(earlier, { userPrefix: 'AL' })).orders).toSorted()).toEqual([1, 2]);
    expect(numbers((await since(earlier, { status: 'confirmed' })).orders)).toEqual([2]);
    expect(numbers((await since(earlier, { userId: 'bob' })).orders)).toEqual([3]);
  });
});
