import { expect, it } from 'vitest';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import { anOrder } from '../../testing/orders.ts';
import { PostgresOrderStatistics } from './order-statistics.ts';
import { PostgresOrderWriter } from './order-writer.ts';
import { PostgresStoredOrders } from './stored-orders.ts';

const USERS = ['alice', 'ALIna', 'ali', 'al', 'a', 'bob', 'bob', 'alice'];

it('counts users and orders by the beginning of the ids, those too that the relay has not added up yet', async () => {
  const shard = await TestShard.create();
  const databases = shard.open();
  const stored = new PostgresStoredOrders(databases);
  expect(await stored.read(SHARD)).toEqual({ id: SHARD.id, bytes: expect.any(Number), keys: [] });
  const orders = new PostgresOrderWriter(databases);
  for (const [n, userId] of USERS.entries()) {
    await orders.place(SHARD, anOrder({ id: `019d0f2e-7b5c-7000-8000-00000000000${n}`, userId }), undefined);
  }
  const { bytes, keys } = await stored.read(SHARD);
  expect(keys).toEqual([
    { key: 'A', users: 1, orders: 1 },
    { key: 'AL', users: 1, orders: 1 },
    { key: 'ALI', users: 3, orders: 4 },
    { key: 'BOB', users: 1, orders: 2 },
  ]);
  await new PostgresOrderStatistics(databases).fold(SHARD);
  await orders.place(SHARD, anOrder({ id: '019d0f2e-7b5c-7000-8000-00000000000a', userId: 'alice' }), undefined);
  expect((await stored.read(SHARD)).keys).toEqual(
    keys.map((each) => (each.key === 'ALI' ? { ...each, orders: 5 } : each)),
  );
  expect(bytes).toBeGreaterThan(8_192);
  await databases.close();
});
