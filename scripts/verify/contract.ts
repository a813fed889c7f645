import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { expectThat } from './expectations.ts';

// Written down once more on purpose: what the functions themselves believe to be the contract is what is on trial here.

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const order = z.strictObject({
  id: z.string().regex(UUID, { error: 'a UUID' }),
  user_id: z.string(),
  product_name: z.string(),
  quantity: z.number(),
  price: z.number(),
  status: z.enum(['created', 'confirmed']),
  receipt_s3_key: z.string(),
  created_at: z.string().regex(RFC_3339, { error: 'a time as in RFC 3339' }),
  updated_at: z.string().regex(RFC_3339, { error: 'a time as in RFC 3339' }),
});

const located = {
  order,
  shard: z.string().regex(/^shard\d+$/, { error: 'a name such as shard1' }),
  shard_info: z.string().regex(/^shard\d+ \([A-Z]-[A-Z]\)$/, { error: 'a text such as "shard1 (A-M)"' }),
  receipt: z.string(),
};

/** The answer to `GET /api/orders/{id}`. */
export const foundOrder = z.strictObject(located);

/** The answer to `POST /api/orders`. */
export const createdOrder = z.strictObject({
  ...located,
  delivery: z.strictObject({
    receipt: z.enum(['stored', 'pending']),
    event: z.enum(['published', 'pending']),
  }),
});

/** The answer to `GET /api/orders` while all shards answer. */
export const orderPage = z.strictObject({
  orders: z.array(order),
  count: z.number(),
  next_cursor: z.string().optional(),
});

/** The answer to `GET /health` while all parts answer; it may say more. */
export const healthy = z.looseObject({
  status: z.literal('healthy'),
  service: z.literal('orderflow-producer'),
  checks: z.record(z.string(), z.literal('up')),
});

export type Order = z.infer<typeof order>;
export type FoundOrder = z.infer<typeof foundOrder>;
export type CreatedOrder = z.infer<typeof createdOrder>;
export type OrderPage = z.infer<typeof orderPage>;

/** What is ordered here. */
export interface OrderRequest {
  readonly user_id: string;
  readonly product_name: string;
  readonly quantity: number;
  readonly price: number;
}

/** An order of a product that nobody else orders, so that it can be told apart from all others. */
export function newOrder(userId: string, what: string): OrderRequest {
  return { user_id: userId, product_name: `Verify ${what} – ${randomUUID()}`, quantity: 2, price: 149.99 };
}

/** What of an order stays the same when it is confirmed. */
export function lasting({ status: _, updated_at: __, ...rest }: Order): Omit<Order, 'status' | 'updated_at'> {
  return rest;
}

/** @throws Mismatch unless two values are equal as JSON, whatever the order of their fields */
export function expectEqual(what: string, got: unknown, expected: unknown): void {
  const [left, right] = [canonical(got), canonical(expected)];
  expectThat(left === right, `${what}: ${right}`, () => left);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** @throws Mismatch unless the answer fits its order: its place, its receipt and the order that was asked for */
export function expectOrderOf(request: OrderRequest, { order, shard, shard_info, receipt }: FoundOrder): void {
  const { user_id, product_name, quantity, price } = order;
  expectEqual('the order', { user_id, product_name, quantity, price }, request);
  const key = `receipts/${user_id}/${order.id}.txt`;
  expectEqual('receipt_s3_key', order.receipt_s3_key, key);
  expectEqual('receipt', receipt, key);
  const [, name, from = '', to = ''] = /^(\S+) \((.)-(.)\)$/.exec(shard_info) ?? [];
  expectEqual('the shard in shard_info', name, shard);
  const letter = user_id.charAt(0).toUpperCase();
  expectThat(from <= letter && letter <= to, `a shard that keeps ${letter}`, () => shard_info);
}
