import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP } from '../domain/shard-map.ts';
import type { AuthMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { call, type RequestParts, signedIn } from '../testing/api-request.ts';
import { MemoryOrders } from '../testing/memory-orders.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryLog } from '../testing/ports.ts';
import { listOrdersEndpoint } from './endpoint.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;

/** Orders 1..n, one per second, by alice (shard1) and zara (shard2) in turn. */
async function api(orderCount: number, auth: AuthMode = 'none') {
  const orders = new MemoryOrders();
  for (let n = 1; n <= orderCount; n++) {
    const [userId, shard] = n % 2 === 1 ? ['alice', DEFAULT_SHARD_MAP[0]] : ['zara', DEFAULT_SHARD_MAP[1]];
    if (shard === undefined) throw new Error('The default map has two shards.');
    await orders.place(shard, anOrder({ id: ID(n), userId, createdAt: new Date(n * 1000) }));
  }
  const log = new MemoryLog();
  const handler = httpHandler(log, listOrdersEndpoint(auth, { shards: DEFAULT_SHARD_MAP, orders, log }));
  return {
    orders,
    get: (query: Record<string, string> = {}, parts: RequestParts = {}) => call(handler, { ...parts, query }),
  };
}

const idsOf = (body: { orders: { id: string }[] }) => body.orders.map(({ id }) => Number(id.slice(-12)));

describe('GET /api/orders', () => {
  it('lists everyone’s orders newest first, field for field', async () => {
    const { get } = await api(2);
    const { statusCode, body } = await get();
    expect(statusCode).toBe(200);
    expect(body).toEqual({
      orders: [
        {
          id: ID(2),
          user_id: 'zara',
          product_name: 'Mechanical Keyboard',
          quantity: 2,
          price: 149.99,
          status: 'created',
          receipt_s3_key: `receipts/zara/${ID(2)}.txt`,
          created_at: '1970-01-01T00:00:02.000Z',
          updated_at: '1970-01-01T00:00:02.000Z',
        },
        expect.objectContaining({ id: ID(1), user_id: 'alice' }),
      ],
      count: 2,
    });
  });

  it('lists nothing when there is nothing', async () => {
    expect((await (await api(0)).get()).body).toEqual({ orders: [], count: 0 });
  });

  it('lists one user’s orders', async () => {
    const { body } = await (await api(5)).get({ user_id: 'alice' });
    expect(idsOf(body)).toEqual([5, 3, 1]);
  });

  it('takes an empty user_id for everyone and ignores parameters it does not know', async () => {
    const { body } = await (await api(3)).get({ user_id: '', _: '1700000000' });
    expect(body.count).toBe(3);
  });

  it('lists 50 unless asked, and up to 200', async () => {
    const { get } = await api(60);
    expect((await get()).body.count).toBe(50);
    expect((await get({ limit: '200' })).body.count).toBe(60);
    expect((await get({ limit: '1' })).body.count).toBe(1);
  });

  it('leads through all pages, each order once', async () => {
    const { get } = await api(7);
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await get({ limit: '3', ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...idsOf(body));
      cursor = body.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it.each([
    ['limit', '0'],
    ['limit', '201'],
    ['limit', '-1'],
    ['limit', '1.5'],
    ['limit', 'x'],
    ['limit', ''],
    ['limit', '9999999999'],
    ['user_id', '1alice'],
    ['user_id', 'ärger'],
    ['cursor', ''],
    ['cursor', '***'],
    ['cursor', 'bm90IGEgY3Vyc29y'],
    ['q', '%'],
    ['q', 'ärger'],
    ['status', 'Created'],
    ['since', 'yesterday'],
    ['since', '2026-11-22'],
  ])('refuses %s=%s', async (path, value) => {
    const { statusCode, body } = await (await api(1)).get({ [path]: value });
    expect([statusCode, body.details]).toEqual([400, [{ path, message: expect.any(String) }]]);
  });

  it('narrows the list by status, by the beginning of a user id and by an order id', async () => {
    const { get, orders } = await api(5);
    const stored = orders.stored[1];
    if (stored !== undefined) stored.order = { ...stored.order, status: 'confirmed' };
    expect(idsOf((await get({ status: 'confirmed' })).body)).toEqual([2]);
    expect(idsOf((await get({ status: 'created', user_id: 'zara' })).body)).toEqual([4]);
    expect(idsOf((await get({ q: 'AL' })).body)).toEqual([5, 3, 1]);
    expect(idsOf((await get({ q: 'alicex' })).body)).toEqual([]);
    expect(idsOf((await get({ q: ID(4) })).body)).toEqual([4]);
    expect(idsOf((await get({ q: '', status: '' })).body)).toEqual([5, 4, 3, 2, 1]);
  });

  it('asks only the shard of the users who are searched', async () => {
    const { get, orders } = await api(4);
    orders.unavailable.add('shard2');
    expect((await get({ q: 'ali' })).body).not.toHaveProperty('partial');
    expect((await get({ q: 'zar' })).statusCode).toBe(503);
    expect((await get({ q: ID(1) })).body).toMatchObject({ count: 1, partial: true });
  });

  it('tells what has changed since an earlier response, and from when on to ask the next time', async () => {
    const { get, orders } = await api(20);
    orders.asOf = new Date(30_000);
    const since = new Date(22_000).toISOString();
    const { body } = await get({ since });
    expect([idsOf(body), body.as_of]).toEqual([[20, 19, 18, 17], '1970-01-01T00:00:30.000Z']);
    expect(body).not.toHaveProperty('truncated');
    expect((await get({ since, limit: '2' })).body).toMatchObject({ count: 2, truncated: true });
    expect((await get({ since, q: 'zara' })).body.count).toBe(2);
    orders.busy.add('shard2');
    expect((await get({ since })).body).toMatchObject({ count: 4, truncated: true });
  });

  it('asks about the same time again when a shard does not respond', async () => {
    const { get, orders } = await api(2);
    orders.asOf = new Date(30_000);
    orders.unavailable.add('shard2');
    const since = new Date(0).toISOString();
    expect((await get({ since })).body).toMatchObject({ count: 1, partial: true, as_of: since });
  });

  it('refuses a cursor together with since', async () => {
    const { get } = await api(3);
    const { next_cursor } = (await get({ limit: '1' })).body;
    const { statusCode, body } = await get({ cursor: next_cursor, since: new Date(0).toISOString() });
    expect([statusCode, body.details]).toEqual([400, [{ path: 'since', message: 'cannot be combined with cursor' }]]);
  });

  it('says which shard is missing from everyone’s list', async () => {
    const { get, orders } = await api(4);
    orders.unavailable.add('shard2');
    const { statusCode, body } = await get();
    expect(statusCode).toBe(200);
    expect(idsOf(body)).toEqual([3, 1]);
    expect(body).toMatchObject({ count: 2, partial: true, unavailable_shards: ['shard2'] });
  });

  it('responds with 503 when the one user’s shard is down, and only then', async () => {
    const { get, orders } = await api(4);
    orders.unavailable.add('shard2');
    const { statusCode, headers } = await get({ user_id: 'zara' });
    expect([statusCode, headers['Retry-After']]).toEqual([503, '5']);
    expect((await get({ user_id: 'alice' })).statusCode).toBe(200);
  });

  it('responds with 503 when no shard responds', async () => {
    const { get, orders } = await api(4);
    orders.unavailable.add('shard1').add('shard2');
    expect((await get()).statusCode).toBe(503);
  });
});

describe('GET /api/orders with sign-in', () => {
  const operator = signedIn({ userId: 'oscar', operator: 'true' });

  it('lists one’s own orders, named or not', async () => {
    const { get } = await api(5, 'jwt');
    expect(idsOf((await get({}, signedIn())).body)).toEqual([5, 3, 1]);
    expect(idsOf((await get({ user_id: '' }, signedIn())).body)).toEqual([5, 3, 1]);
    expect(idsOf((await get({ user_id: 'alice' }, signedIn())).body)).toEqual([5, 3, 1]);
    expect((await get({}, signedIn({ userId: 'Alice' }))).body).toEqual({ orders: [], count: 0 });
  });

  it('searches among one’s own alone', async () => {
    const { get } = await api(5, 'jwt');
    expect(idsOf((await get({ q: 'AL' }, signedIn())).body)).toEqual([5, 3, 1]);
    expect((await get({ q: 'zara' }, signedIn())).body).toEqual({ orders: [], count: 0 });
    expect((await get({ q: ID(2) }, signedIn())).body).toEqual({ orders: [], count: 0 });
    const since = new Date(0).toISOString();
    expect(idsOf((await get({ since }, signedIn())).body)).toEqual([5, 3, 1]);
    expect((await get({ since, q: 'zara' }, signedIn())).body).toEqual({ orders: [], count: 0, as_of: since });
  });

  it('refuses somebody else’s', async () => {
    const { statusCode, body } = await (await api(5, 'jwt')).get({ user_id: 'zara' }, signedIn());
    expect([statusCode, body.error]).toEqual([
      403,
      expect.stringMatching(/^user_id must match the user id in the token/),
    ]);
  });

  it('lists everyone’s, or anyone’s, to an operator', async () => {
    const { get } = await api(5, 'jwt');
    expect(idsOf((await get({}, operator)).body)).toEqual([5, 4, 3, 2, 1]);
    expect(idsOf((await get({ user_id: 'zara' }, operator)).body)).toEqual([4, 2]);
  });

  it('leads through the pages of one’s own orders alone, even with the cursor of everyone’s', async () => {
    const { get } = await api(6, 'jwt');
    const { next_cursor } = (await get({ limit: '1' }, operator)).body;
    expect(idsOf((await get({ cursor: next_cursor }, signedIn())).body)).toEqual([5, 3, 1]);
  });

  it('lists nothing to a caller whom nobody vouches for, or whose token has expired', async () => {
    const { get } = await api(5, 'jwt');
    expect((await get()).statusCode).toBe(500);
    expect((await get({}, signedIn({ exp: '1' }))).statusCode).toBe(401);
  });
});
