import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import type { ApiResponse } from '../support/api.ts';
import type { ApiClient } from './api-client.ts';
import { DELIVERY_TIMEOUT_MS, deployment, it, newOrder, newUser, placeOrder, repeatWhile } from './deployment.ts';
import {
  createdOrder,
  expectError,
  expectHeader,
  expectJson,
  expectListed,
  expectOrderOf,
  foundOrder,
  type OrderRequest,
} from './expectations.ts';

describe('POST /api/orders', () => {
  it('creates an order and returns it, field for field', async ({ api }) => {
    const request = newOrder('keyboard');
    const response = await api.post('/api/orders', request);
    const created = expectJson(response, 201, createdOrder);
    expectOrderOf(request, created);
    expectHeader(response, 'location', `/api/orders/${created.order.id}`);
    expect(created.order).toMatchObject({ status: 'created', updated_at: created.order.created_at });
    expectListed(response, 'access-control-expose-headers', ['location', 'retry-after', 'idempotent-replayed']);
  });

  it('creates another order when the same request is sent again', async ({ api }) => {
    const request = newOrder('keyboard');
    const [first, second] = [await placeOrder(api, request), await placeOrder(api, request)];
    expect(second.order.id).not.toBe(first.order.id);
  });

  it('accepts an order at the limits: 255 characters, quantity 1, price 0.01', async ({ api }) => {
    const request = { ...newOrder('limits'), quantity: 1, price: 0.01 };
    const longest = { ...request, product_name: request.product_name.padEnd(255, 'ü') };
    expectOrderOf(longest, await placeOrder(api, longest));
  });

  it('leads to a confirmed order', { timeout: DELIVERY_TIMEOUT_MS }, async ({ api }) => {
    const { order } = await placeOrder(api);
    const response = await untilConfirmed(api, order.id);
    const confirmed = expectJson(response, 200, foundOrder).order;
    expect(confirmed.status, `the status after ${deployment.patienceSeconds} s`).toBe('confirmed');
    expect(confirmed.created_at).toBe(order.created_at);
    expect(Date.parse(confirmed.updated_at)).toBeGreaterThanOrEqual(Date.parse(confirmed.created_at));
  });
});

describe('POST /api/orders with an Idempotency-Key', () => {
  const place = (api: ApiClient, request: OrderRequest, key: string) =>
    api.post('/api/orders', request, { headers: { 'Idempotency-Key': key } });

  it('replays the first response, with its current delivery, even once the order is confirmed', {
    timeout: DELIVERY_TIMEOUT_MS,
  }, async ({ api }) => {
    const [request, key] = [newOrder('desk'), randomUUID()];
    const response = await place(api, request, key);
    const first = expectJson(response, 201, createdOrder);
    expect(response.headers.get('idempotent-replayed')).toBeNull();
    await untilConfirmed(api, first.order.id);
    const replay = await place(api, request, key);
    const delivery = { receipt: 'stored', event: 'published' };
    expect(expectJson(replay, 201, createdOrder)).toEqual({ ...first, delivery });
    expectHeader(replay, 'idempotent-replayed', 'true');
    expectHeader(replay, 'location', `/api/orders/${first.order.id}`);
  });

  it.for([{ quantity: 3 }, { price: 149.98 }, { product_name: 'Verify another desk' }])(
    'is a 422 when the same key comes with %j',
    async (change, { api }) => {
      const [request, key] = [newOrder('desk'), randomUUID()];
      expectJson(await place(api, request, key), 201, createdOrder);
      expectError(await place(api, { ...request, ...change }, key), 422);
    },
  );

  it.runIf(deployment.token === undefined)('creates another order for another user', async ({ api }) => {
    const key = randomUUID();
    const [first, second] = [newUser('f'), newUser('f')].map((user) => newOrder('desk', user));
    const mine = expectJson(await place(api, first as OrderRequest, key), 201, createdOrder);
    const response = await place(api, second as OrderRequest, key);
    expect(expectJson(response, 201, createdOrder).order.id).not.toBe(mine.order.id);
    expect(response.headers.get('idempotent-replayed')).toBeNull();
  });

  it('accepts a key of 255 characters', async ({ api }) => {
    expectJson(await place(api, newOrder('desk'), randomUUID().padEnd(255, '~')), 201, createdOrder);
  });

  it.for([
    ['is empty', ''],
    ['contains a space', 'a b'],
    ['has more than 255 characters', 'k'.repeat(256)],
    ['contains anything but ASCII', 'schlüssel'],
  ] as const)('is a 400 when the key %s', async ([, key], { api }) => {
    expectError(await place(api, newOrder('desk'), key), 400);
  });
});

function untilConfirmed(api: ApiClient, id: string): Promise<ApiResponse> {
  const isPending = ({ body }: ApiResponse) => body?.order?.status === 'created';
  return repeatWhile(isPending, () => api.get(`/api/orders/${id}`));
}
