import { describe, expect } from 'vitest';
import { DELIVERY_TIMEOUT_MS, deployment, it, newOrder, newUser, placeOrder, repeatWhile } from './deployment.ts';
import { expectError, expectJson, orderStatistics, orderWay, overview } from './expectations.ts';

// With a token, orders can be placed for its own user alone, who may have others already.
const someone = (letter: string) => (deployment.token === undefined ? newUser(letter) : deployment.user);

describe('GET /api/stats', () => {
  it('counts an order and its revenue to the cent, at once', async ({ api }) => {
    const user = someone('b');
    const statistics = async () => expectJson(await api.get(`/api/stats?user_id=${user}`), 200, orderStatistics);
    const before = await statistics();
    const { order, shard } = await placeOrder(api, { ...newOrder('keyboard', user), quantity: 3, price: 0.07 });
    const after = await statistics();
    expect(cents(after.revenue) - cents(before.revenue)).toBe(21n);
    expect(after.orders - before.orders).toBe(1);
    expect(after.shards).toEqual([expect.objectContaining({ shard, orders: after.orders, revenue: after.revenue })]);
    expect(after.minutes).toHaveLength(60);
    expect(after.by_status.created.orders + after.by_status.confirmed.orders).toBe(after.orders);
    expect(Date.parse(after.as_of)).toBeGreaterThan(Date.parse(order.created_at) - 60_000);
  });

  it('counts what is confirmed, and how long that took', { timeout: DELIVERY_TIMEOUT_MS }, async ({ api }) => {
    const user = someone('x');
    const { order } = await placeOrder(api, newOrder('keyboard', user));
    const way = await repeatWhile(
      ({ body }) => orderWay.safeParse(body).data?.way.confirmed_at === null,
      () => api.get(`/api/orders/${order.id}`),
    );
    expectJson(way, 200, orderWay);
    const response = await api.get(`/api/stats?user_id=${user}`);
    const { by_status, lags } = expectJson(response, 200, orderStatistics);
    expect(by_status.confirmed.orders).toBeGreaterThanOrEqual(1);
    expect(lags.confirmed.p50_ms).toBeGreaterThan(0);
  });

  it('refuses a user id that is none', async ({ api }) => {
    expectError(await api.get('/api/stats?user_id=1'), 400);
  });
});

describe('GET /api/orders/{id}', () => {
  it('tells when each step was behind the order', { timeout: DELIVERY_TIMEOUT_MS }, async ({ api }) => {
    const { order } = await placeOrder(api);
    const found = await repeatWhile(
      ({ body }) => Object.values(orderWay.safeParse(body).data?.way ?? { at: null }).includes(null),
      () => api.get(`/api/orders/${order.id}`),
    );
    const { way, delivery } = expectJson(found, 200, orderWay);
    expect(delivery).toEqual({ receipt: 'stored', event: 'published' });
    const steps = [way.receipt_stored_at, way.event_published_at, way.confirmed_at];
    for (const at of steps) expect(Date.parse(at ?? '')).toBeGreaterThanOrEqual(Date.parse(way.stored_at));
  });
});

describe('GET /api/overview', () => {
  it('has list, numbers and parts at once, and says little until something changes', async ({ api }) => {
    const user = someone('o');
    const ask = (query = '') => api.get(`/api/overview?user_id=${user}&limit=5${query}`);
    const { version, list, checks } = expectJson(await ask(), 200, overview);
    expect(list.count).toBeLessThanOrEqual(5);
    expect(Object.values(checks)).not.toContain('down');
    const { order } = await placeOrder(api, newOrder('keyboard', user));
    const changed = expectJson(await ask(`&version=${version}`), 200, overview);
    expect(changed.list.orders[0]?.id).toBe(order.id);
    expect(changed.stats.orders).toBeGreaterThanOrEqual(1);
  });
});

function cents(revenue: string): bigint {
  return BigInt(revenue.replace('.', ''));
}
