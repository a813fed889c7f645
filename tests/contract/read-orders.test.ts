import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import type { ApiClient } from './api-client.ts';
import {
  DELIVERY_TIMEOUT_MS,
  deployment,
  it,
  newOrder,
  newUser,
  placeOrder,
  repeatWhile,
  seesOwnOrdersOnly,
} from './deployment.ts';
import {
  expectError,
  expectHeader,
  expectJson,
  expectOrderOf,
  expectStatus,
  foundOrder,
  lasting,
  type Order,
  type OrderPage,
  orderPage,
} from './expectations.ts';

const { user } = deployment;
/** Others place orders as well, but never so many that a test's own are further down. */
const MOST_PAGES = 500;

async function listPage(api: ApiClient, query: string): Promise<OrderPage> {
  const page = expectJson(await api.get(`/api/orders${query}`), 200, orderPage);
  expect(page.count, 'count').toBe(page.orders.length);
  expectNewestFirst(page.orders);
  return page;
}

/** All orders from the newest on until one is among them. */
async function listUntil(id: string | undefined, page: (cursor: string) => Promise<OrderPage>): Promise<Order[]> {
  const orders: Order[] = [];
  let cursor = '';
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const next = await page(cursor);
    orders.push(...next.orders);
    if (next.next_cursor === undefined || orders.some((order) => order.id === id)) break;
    cursor = `&cursor=${encodeURIComponent(next.next_cursor)}`;
  }
  expectNewestFirst(orders);
  expect(new Set(orders.map((order) => order.id)).size, 'different orders').toBe(orders.length);
  return orders;
}

function expectNewestFirst(orders: readonly Order[]): void {
  const times = orders.map(({ created_at }) => Date.parse(created_at));
  expect(times, 'the newest order first').toEqual(times.toSorted((a, b) => b - a));
}

function expectOwnersAre(orders: readonly Order[], owner: string): void {
  expect([...new Set(orders.map(({ user_id }) => user_id))], 'the owners of the orders').toEqual([owner]);
}

/** Expects some orders among others, newest first, as they were when they were created. */
function expectListed(orders: readonly Order[], created: readonly Order[]): void {
  const ids = new Set(created.map(({ id }) => id));
  expect(orders.filter(({ id }) => ids.has(id)).map(lasting)).toEqual(created.map(lasting).reverse());
}

async function placeOrders(api: ApiClient, ...users: readonly string[]): Promise<Order[]> {
  const orders: Order[] = [];
  for (const each of users) orders.push((await placeOrder(api, newOrder('keyboard', each))).order);
  return orders;
}

describe('GET /api/orders', () => {
  it('lists at most 50 orders by default, newest first, and counts them', async ({ api }) => {
    const { orders } = await listPage(api, '');
    expect(orders.length).toBeLessThanOrEqual(50);
  });

  it('lists the orders of one user', async ({ api }) => {
    const placed = await placeOrders(api, user, user);
    const { orders } = await listPage(api, `?user_id=${user}&limit=200`);
    expectOwnersAre(orders, user);
    expectListed(orders, placed);
  });

  it('lists each order on one page and none on two', async ({ api }) => {
    const placed = await placeOrders(api, user, user, user);
    const orders = await listUntil(placed[0]?.id, (cursor) => listPage(api, `?user_id=${user}&limit=2${cursor}`));
    expectListed(orders, placed);
  });

  it.runIf(seesOwnOrdersOnly)('lists nothing but the caller’s orders without user_id', async ({ api }) => {
    const placed = await placeOrders(api, user, user);
    const orders = await listUntil(placed[0]?.id, (cursor) => listPage(api, `?limit=200${cursor}`));
    expectOwnersAre(orders, user);
    expectListed(orders, placed);
  });

  it.runIf(!seesOwnOrdersOnly)('lists everyone’s orders without user_id', async ({ api }) => {
    // With a token, orders can be placed for its own user alone; otherwise users of several shards take turns.
    const users = ['b', 'x', 'c', 'y', 'd'].map((letter) => (deployment.token === undefined ? newUser(letter) : user));
    const placed = await placeOrders(api, ...users);
    const orders = await listUntil(placed[0]?.id, (cursor) => listPage(api, `?limit=2${cursor}`));
    expectListed(orders, placed);
  });

  it('narrows the list to the beginning of a user id, to an order and to what has changed', async ({ api }) => {
    const [first, second] = await placeOrders(api, user, user);
    const search = await listPage(api, `?q=${user.slice(0, -1).toUpperCase()}&limit=200`);
    expectListed(search.orders, first && second ? [first, second] : []);
    expect((await listPage(api, `?q=${first?.id}`)).orders.map(({ id }) => id)).toEqual([first?.id]);
    const created = await listPage(api, `?status=created&user_id=${user}`);
    expect(created.orders.filter(({ status }) => status !== 'created')).toEqual([]);
    // A database's clock may differ from this machine's; the first response tells its time.
    const { as_of } = await listPage(api, `?since=${new Date().toISOString()}&user_id=${user}`);
    const [third] = await placeOrders(api, user);
    const changed = await listPage(api, `?since=${as_of}&user_id=${user}&limit=200`);
    expect(changed.orders.map(({ id }) => id)).toContain(third?.id);
  });

  it.runIf(deployment.token === undefined)('lists nothing for a user without orders', async ({ api }) => {
    expect(await listPage(api, `?user_id=${newUser('q')}`)).toEqual({ orders: [], count: 0 });
  });
});

describe('GET /api/orders/{id} and its receipt', () => {
  it('find the order that was created', async ({ api }) => {
    const request = newOrder('keyboard');
    const created = await placeOrder(api, request);
    const found = expectJson(await api.get(`/api/orders/${created.order.id}`), 200, foundOrder);
    expectOrderOf(request, found);
    expect(lasting(found.order)).toEqual(lasting(created.order));
    expect(found.shard_info).toBe(created.shard_info);
  });

  it('redirect to a receipt that states every fact', { timeout: DELIVERY_TIMEOUT_MS }, async ({ api }) => {
    const { order, shard } = await placeOrder(api);
    // Until the receipt is there, it is a 404 that says when to come back.
    const response = await repeatWhile(
      ({ status, headers }) => status === 404 && headers.has('retry-after'),
      () => api.get(`/api/orders/${order.id}/receipt`),
    );
    expectStatus(response, 302);
    expectHeader(response, 'location', /^https?:\/\//);
    // Without the token: the address alone opens the receipt.
    const receipt = await fetch(response.headers.get('location') ?? '', { signal: AbortSignal.timeout(15_000) });
    const text = await receipt.text();
    expect(receipt.status, text).toBe(200);
    expect(receipt.headers.get('content-type')).toMatch(/^text\/plain\b/);
    const total = (order.quantity * Math.round(order.price * 100)) / 100;
    const { id, user_id, product_name, quantity, price, created_at } = order;
    for (const fact of [
      id,
      user_id,
      shard,
      product_name,
      `${quantity}`,
      price.toFixed(2),
      total.toFixed(2),
      created_at,
    ]) {
      expect(text).toContain(fact);
    }
  });

  it.for([
    ['an unknown id', randomUUID()],
    ['an id that is no UUID', 'not-a-uuid'],
  ] as const)('are a 404 for %s', async ([, id], { api }) => {
    expectError(await api.get(`/api/orders/${id}`), 404);
    expectError(await api.get(`/api/orders/${id}/receipt`), 404);
  });
});
