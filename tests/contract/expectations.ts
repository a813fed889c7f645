import { expect } from 'vitest';
import * as z from 'zod';
import type { ApiResponse } from '../support/api.ts';

// Written down once more on purpose: what the functions believe to be the contract is what is on trial here. Objects may hold
// more fields than these, so that a deployment of another version is not called broken for what it has gained.

/** A list of broken orders has the same few problems again and again. */
const MOST_PROBLEMS = 3;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const time = z.iso.datetime({ offset: true });

const order = z.object({
  id: z.string().regex(UUID),
  user_id: z.string(),
  product_name: z.string(),
  quantity: z.number(),
  price: z.number(),
  status: z.enum(['created', 'confirmed']),
  receipt_s3_key: z.string(),
  created_at: time,
  updated_at: time,
});

export const ROUTES = [
  { method: 'get', path: '/health' },
  { method: 'get', path: '/api/openapi.json' },
  { method: 'get', path: '/api/orders', token: true },
  { method: 'post', path: '/api/orders', token: true },
  { method: 'get', path: '/api/orders/{id}', token: true },
  { method: 'get', path: '/api/orders/{id}/receipt', token: true },
  { method: 'get', path: '/api/stats', token: true },
  { method: 'get', path: '/api/overview', token: true },
] as const;

/** The body of `GET /api/orders/{id}`. */
export const foundOrder = z.object({
  order,
  shard: z.string().regex(/^shard\d+$/),
  shard_info: z.string().regex(/^shard\d+ \([A-Z]-[A-Z]\)$/),
  receipt: z.string(),
});

/** The body of a successful `POST /api/orders`. */
export const createdOrder = foundOrder.extend({
  delivery: z.object({ receipt: z.enum(['stored', 'pending']), event: z.enum(['published', 'pending']) }),
});

/** The body of `GET /api/orders` while all shards respond. */
export const orderPage = z.object({
  orders: z.array(order),
  count: z.number(),
  next_cursor: z.string().optional(),
  as_of: time.optional(),
  partial: z.undefined().optional(),
});

const tally = { orders: z.number(), revenue: z.string().regex(/^\d+\.\d\d$/) };
const byStatus = z.object({ created: z.object(tally), confirmed: z.object(tally) });
const lag = z.object({ orders: z.number(), p50_ms: z.number().nullable(), p95_ms: z.number().nullable() });

/** The body of `GET /api/stats` while all shards respond. */
export const orderStatistics = z.object({
  as_of: time,
  ...tally,
  by_status: byStatus,
  shards: z.array(
    z.object({
      shard: z.string(),
      ...tally,
      by_status: byStatus,
      outbox: z.object({ orders: z.number(), oldest_age_seconds: z.number() }),
    }),
  ),
  minutes: z.array(z.object({ at: time, ...tally })),
  lags: z.object({ published: lag, confirmed: lag }),
  partial: z.undefined().optional(),
});

/** The body of `GET /api/overview` when something has changed. */
export const overview = z.object({
  version: z.string(),
  list: orderPage,
  stats: orderStatistics,
  checks: z.record(z.string(), z.enum(['up', 'down'])),
  history: z.array(z.object({ part: z.string(), state: z.enum(['up', 'down']), at: time })),
});

/** What the body of `GET /api/orders/{id}` tells of an order's way. */
export const orderWay = z.object({
  delivery: z.object({ receipt: z.enum(['stored', 'pending']), event: z.enum(['published', 'pending']) }),
  way: z.object({
    stored_at: time,
    receipt_stored_at: time.nullable(),
    event_published_at: time.nullable(),
    confirmed_at: time.nullable(),
  }),
});

/** The body of `GET /health` while every part is up. */
export const healthy = z.object({
  status: z.literal('healthy'),
  service: z.literal('orderflow-producer'),
  checks: z.record(z.string(), z.literal('up')),
});

const errorBody = z.object({
  error: z.string().regex(/\S+ .*\S/, { error: 'must be a sentence' }),
  details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export type Order = z.infer<typeof order>;
export type FoundOrder = z.infer<typeof foundOrder>;
export type CreatedOrder = z.infer<typeof createdOrder>;
export type OrderPage = z.infer<typeof orderPage>;

/** The body of `POST /api/orders`. */
export interface OrderRequest {
  readonly user_id: string;
  readonly product_name: string;
  readonly quantity: number;
  readonly price: number;
}

/** Expects one of these statuses, and that pages of any origin may read the response. */
export function expectStatus(response: ApiResponse, ...statuses: readonly number[]): void {
  const { method, path, status, text } = response;
  if (!statuses.includes(status)) {
    expect.fail(`${method} ${path}: expected status ${statuses.join(' or ')}, got ${status} ${text.slice(0, 240)}`);
  }
  expectHeader(response, 'access-control-allow-origin', '*');
}

/** Expects a header with this value. */
export function expectHeader({ method, path, headers }: ApiResponse, name: string, value: string | RegExp): void {
  const got = headers.get(name);
  const fits = got !== null && (typeof value === 'string' ? got === value : value.test(got));
  if (!fits) expect.fail(`${method} ${path}: expected header ${name}: ${value}, got ${got ?? 'no such header'}`);
}

/** Expects a header whose comma-separated list holds these values, given in lower case. */
export function expectListed({ headers }: ApiResponse, name: string, values: readonly string[]): void {
  const listed = (headers.get(name) ?? '').toLowerCase().split(/\s*,\s*/);
  expect(listed, `the header ${name}`).toEqual(expect.arrayContaining([...values]));
}

/** Expects a status and a JSON body of a shape. @returns the fields of the contract, without any others */
export function expectJson<T>(response: ApiResponse, status: number, schema: z.ZodType<T>): T {
  expectStatus(response, status);
  expectHeader(response, 'content-type', /^application\/json\b/);
  const { data, error } = schema.safeParse(response.body, { reportInput: true });
  if (error === undefined) return data;
  const problems = error.issues.slice(0, MOST_PROBLEMS).map(({ path, message, input }) => {
    const field = path.length === 0 ? 'the body' : path.join('.');
    return `${field}: ${message}; got ${JSON.stringify(input)?.slice(0, 240) ?? 'nothing'}`;
  });
  return expect.fail(`${response.method} ${response.path}: ${problems.join('\n')}`);
}

/** Expects an error response: this status and `{"error": "<sentence>"}`. */
export function expectError(response: ApiResponse, status: number): void {
  expectJson(response, status, errorBody);
}

/** Expects a response to describe the order that was requested, its receipt and a shard that holds its user. */
export function expectOrderOf(request: OrderRequest, { order, shard, shard_info, receipt }: FoundOrder): void {
  const { user_id, product_name, quantity, price } = order;
  expect({ user_id, product_name, quantity, price }, 'the order').toEqual(request);
  const key = `receipts/${user_id}/${order.id}.txt`;
  expect({ receipt, receipt_s3_key: order.receipt_s3_key }).toEqual({ receipt: key, receipt_s3_key: key });
  const [, name, from = '', to = ''] = /^(\S+) \((.)-(.)\)$/.exec(shard_info) ?? [];
  expect(name, 'the shard in shard_info').toBe(shard);
  const letter = user_id.charAt(0).toUpperCase();
  expect(from <= letter && letter <= to, `${shard_info} holds users with ${letter}`).toBe(true);
}

/** The fields of an order that stay the same when it is confirmed. */
export function lasting({ status: _, updated_at: __, ...rest }: Order): Omit<Order, 'status' | 'updated_at'> {
  return rest;
}
