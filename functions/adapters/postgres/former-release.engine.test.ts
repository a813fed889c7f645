import { expect, it } from 'vitest';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import { anOrder } from '../../testing/orders.ts';
import { PostgresOrderLists } from './order-lists.ts';
import { PostgresOrderStatistics } from './order-statistics.ts';
import { PostgresOrderWriter } from './order-writer.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;
const ALL = [1, 2, 3, 4].map(ID);

// What the release before the statistics says to a shard, word for word, besides the statement that places an order, which is
// the same today.
const SETTLE_ALL_DELIVERED = 'DELETE FROM outbox WHERE order_id = $1';
const SETTLE_THE_REST = `
  UPDATE outbox
  SET receipt_pending = receipt_pending AND NOT $2::boolean,
    event_pending = event_pending AND NOT $3::boolean,
    left_to_relay = left_to_relay OR NOT $3::boolean
  WHERE order_id = $1`;
const CONFIRM = `
  UPDATE orders SET status = 'confirmed', updated_at = greatest(now(), created_at)
  WHERE id = ANY($1::uuid[]) AND status = 'created'
  RETURNING extract(epoch FROM updated_at - created_at)::float8 AS seconds`;
const RELAY_SETTLES = `
  WITH settled AS (
    SELECT * FROM unnest($1::uuid[], $2::boolean[], $3::boolean[]) AS settled (order_id, receipt, event)
  ), reachable AS (
    SELECT order_id, receipt, event FROM outbox JOIN settled USING (order_id) ORDER BY order_id FOR UPDATE OF outbox
  ), dropped AS (
    DELETE FROM outbox USING reachable WHERE outbox.order_id = reachable.order_id AND receipt AND event
  )
  UPDATE outbox
  SET receipt_pending = receipt_pending AND NOT receipt, event_pending = event_pending AND NOT event,
    left_to_relay = true
  FROM reachable
  WHERE outbox.order_id = reachable.order_id AND NOT (receipt AND event)`;

it('the release before the statistics goes on working on this schema, and what it places and confirms is counted once', async () => {
  const shard = await TestShard.create();
  const databases = shard.open();
  const old = (text: string, values: unknown[]) => databases.query(SHARD, { text, values });
  for (const id of ALL) await new PostgresOrderWriter(databases).place(SHARD, anOrder({ id, price: 100n }), undefined);
  await old(SETTLE_ALL_DELIVERED, [ID(1)]);
  await old(SETTLE_THE_REST, [ID(2), true, false]);
  await old(RELAY_SETTLES, [
    [ID(2), ID(3)],
    [true, true],
    [true, false],
  ]);
  for (const ids of [[ID(1), ID(2)], ALL.slice(0, 3)]) await old(CONFIRM, [ids]);

  const { placed, confirmed, outbox } = await new PostgresOrderStatistics(databases).read(SHARD);
  const { quantity } = anOrder();
  const revenueOf = (orders: number) => ({ orders, revenue: BigInt(100 * quantity * orders) });
  expect([placed, confirmed, outbox.orders]).toEqual([revenueOf(4), revenueOf(3), 2]);
  const { orders } = await new PostgresOrderLists(databases).changes(SHARD, { limit: 10 }, new Date(0));
  expect(orders).toHaveLength(4);
  await databases.close();
});
