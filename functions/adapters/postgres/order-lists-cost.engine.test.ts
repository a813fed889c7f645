import { beforeAll, describe, expect, it } from 'vitest';
import { rowsRead } from '../../../tests/support/rows-read.ts';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import type { OrderQuery } from '../../domain/order-page.ts';
import { PostgresOrderLists } from './order-lists.ts';
import { PostgresOrderStatistics } from './order-statistics.ts';

const LIMIT = 50;
const USERS = 20;
const ORDERS_OF_A_HEAVY_USER = 1_000;
const MIDDLE = { createdAt: new Date(ORDERS_OF_A_HEAVY_USER * 500), id: '00000000-0000-0000-0000-000000000000' };

let shard: TestShard;

const readOfPage = (query: Omit<OrderQuery, 'limit'>) =>
  rowsRead(shard, (databases) => new PostgresOrderLists(databases).list(SHARD, { ...query, limit: LIMIT }));

/** Twenty users with many orders and a thousand with twenty; of each, the oldest twenty are unconfirmed. They lie in no order. */
beforeAll(async () => {
  shard = await TestShard.create();
  await shard.sql(
    `INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
     SELECT gen_random_uuid(), user_id, 'Keyboard', 1, 1, CASE WHEN n <= 20 THEN 'created' ELSE 'confirmed' END, at, at
     FROM (
       SELECT 'heavy' || u AS user_id, u, n FROM generate_series(1, $1) AS u, generate_series(1, $2) AS n
       UNION ALL
       SELECT 'light' || u, u, n FROM generate_series(1, 1000) AS u, generate_series(1, 20) AS n
     ) AS users, LATERAL (SELECT to_timestamp(n + u / 1000.0)) AS times (at)
     ORDER BY md5(user_id || n)`,
    [USERS, ORDERS_OF_A_HEAVY_USER],
  );
  const databases = shard.open();
  await new PostgresOrderStatistics(databases).fold(SHARD);
  await databases.close();
  // One user in fifty has moved away.
  await shard.sql(`INSERT INTO placements (user_id, move, attempt, state, peer)
    SELECT user_id, 1, 1, CASE WHEN user_id LIKE '%50' THEN 'moved' ELSE 'here' END, 2 FROM (SELECT DISTINCT user_id FROM orders)`);
  await shard.sql('ANALYZE');
});

describe('a page of a great many orders', () => {
  it.each<[string, Omit<OrderQuery, 'limit'>]>([
    ['the newest', {}],
    ['those in the middle', { after: MIDDLE }],
    ['those of a user with many', { userId: 'heavy7' }],
    ['those of a user with many, in the middle', { userId: 'heavy7', after: MIDDLE }],
    ['confirmed ones', { status: 'confirmed' }],
    ['unconfirmed ones', { status: 'created' }],
    ['unconfirmed ones of a user with many confirmed', { userId: 'heavy7', status: 'created' }],
  ])('reads no more than it shows, but for one to sort by: %s', async (_, query) => {
    expect((await readOfPage(query)).orders).toBeLessThanOrEqual(LIMIT + 1);
  });

  it.each<[string, Omit<OrderQuery, 'limit'>, number]>([
    ['the newest', {}, LIMIT + 5],
    ['those in the middle', { after: MIDDLE }, LIMIT + 5],
    ['those of a user with many', { userId: 'heavy7' }, LIMIT],
    ['those of a user who has moved', { userId: 'light50' }, 0],
    ['unconfirmed ones', { status: 'created' }, LIMIT + 5],
  ])('reads only that and the orders of users who have moved: %s', async (_, query, most) => {
    const read = await readOfPage({ ...query, ownedOnly: true });
    expect(read.orders).toBeLessThanOrEqual(most);
    expect(read.placements).toBeLessThanOrEqual(2 * LIMIT);
  });

  it.each<[string, Omit<OrderQuery, 'limit'>]>([
    ['the newest', {}],
    ['those in the middle', { after: MIDDLE }],
    ['unconfirmed ones', { status: 'created' }],
  ])('reads as much of each user who is searched, however many they have: %s', async (_, query) => {
    const read = await readOfPage({ userPrefix: 'HEAVY', ...query });
    expect(read.orders).toBeLessThanOrEqual(USERS * LIMIT);
    expect(read.order_statistics).toBeLessThanOrEqual(USERS);
  });
});

describe('what has changed since long ago', () => {
  it.each<[string, Omit<OrderQuery, 'limit'>]>([
    ['of all', {}],
    ['of one user', { userId: 'light7' }],
    ['of users that do not exist', { userPrefix: 'zzz' }],
  ])('is looked for among the last changes only, and says so: %s', async (_, query) => {
    const ask = (lists: PostgresOrderLists) => lists.changes(SHARD, { ...query, limit: LIMIT }, new Date(0));
    const read = await rowsRead(shard, (databases) => ask(new PostgresOrderLists(databases)));
    expect(read.orders).toBe(2_001);
    const databases = shard.open();
    expect((await ask(new PostgresOrderLists(databases))).truncated).toBe(true);
    await databases.close();
  });
});
