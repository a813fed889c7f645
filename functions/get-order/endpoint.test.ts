import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP, shardFor } from '../domain/shard-map.ts';
import type { AuthMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { call, type RequestParts, signedIn } from '../testing/api-request.ts';
import { MemoryOrders } from '../testing/memory-orders.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryLog } from '../testing/ports.ts';
import { getOrderEndpoint } from './endpoint.ts';

const ORDER = anOrder({ status: 'confirmed', updatedAt: new Date('2026-11-22T09:30:01.000Z') });
const UNKNOWN = '019d0f2e-7b5c-7000-8000-000000000009';

async function api(auth: AuthMode = 'none') {
  const orders = new MemoryOrders();
  await orders.place(shardFor(DEFAULT_SHARD_MAP, ORDER.userId), ORDER);
  const handler = httpHandler(new MemoryLog(), getOrderEndpoint(auth, { shards: DEFAULT_SHARD_MAP, orders }));
  return { orders, get: (id: string, parts: RequestParts = {}) => call(handler, { ...parts, path: { id } }) };
}

describe('GET /api/orders/{id}', () => {
  it('shows the order as it is now, field for field', async () => {
    const { statusCode, body } = await (await api()).get(ORDER.id);
    expect(statusCode).toBe(200);
    expect(body).toEqual({
      order: {
        id: ORDER.id,
        user_id: 'alice',
        product_name: 'Mechanical Keyboard',
        quantity: 2,
        price: 149.99,
        status: 'confirmed',
        receipt_s3_key: `receipts/alice/${ORDER.id}.txt`,
        created_at: '2026-11-22T09:30:00.123Z',
        updated_at: '2026-11-22T09:30:01.000Z',
      },
      shard: 'shard1',
      shard_info: 'shard1 (A-M)',
      receipt: `receipts/alice/${ORDER.id}.txt`,
      delivery: { receipt: 'pending', event: 'pending' },
      way: {
        stored_at: '2026-11-22T09:30:00.123Z',
        receipt_stored_at: null,
        event_published_at: null,
        confirmed_at: '2026-11-22T09:30:01.000Z',
      },
    });
  });

  it('shows how far the order has come, and where its event lies', async () => {
    const { get, orders } = await api();
    const [shard] = DEFAULT_SHARD_MAP;
    if (shard === undefined) throw new Error('The default map has two shards.');
    await orders.settle(shard, ORDER.id, { receipt: true, event: true });
    orders.ways.set(ORDER.id, {
      receiptStoredAt: new Date('2026-11-22T09:30:00.200Z'),
      eventPublishedAt: new Date('2026-11-22T09:30:00.300Z'),
      position: { partition: 4, offset: 17 },
    });
    expect((await get(ORDER.id)).body).toMatchObject({
      delivery: { receipt: 'stored', event: 'published' },
      way: { receipt_stored_at: '2026-11-22T09:30:00.200Z', event_published_at: '2026-11-22T09:30:00.300Z' },
      event: { partition: 4, offset: 17 },
    });
  });

  it.each([UNKNOWN, 'x', '', '%27', `${ORDER.id}0`, `${ORDER.id} `, ORDER.id.replaceAll('-', ''), '../orders'])(
    'knows no order "%s"',
    async (id) => {
      const { statusCode, body } = await (await api()).get(id);
      expect([statusCode, body]).toEqual([404, { error: 'There is no order with this id.' }]);
    },
  );

  it('responds with 503 when the order may be in a shard that is down', async () => {
    const { get, orders } = await api();
    orders.unavailable.add('shard2');
    const { statusCode, headers } = await get(UNKNOWN);
    expect([statusCode, headers['Retry-After']]).toEqual([503, '5']);
    expect((await get(ORDER.id)).statusCode).toBe(200);
  });
});

describe('GET /api/orders/{id} with sign-in', () => {
  it('shows an order to its user and to an operator', async () => {
    const { get } = await api('jwt');
    expect((await get(ORDER.id, signedIn())).statusCode).toBe(200);
    expect((await get(ORDER.id, signedIn({ userId: 'oscar', operator: 'true' }))).statusCode).toBe(200);
  });

  it('tells somebody else’s order from none in nothing', async () => {
    const { get } = await api('jwt');
    const others = await get(ORDER.id, signedIn({ userId: 'bob' }));
    expect(others.statusCode).toBe(404);
    expect(others).toEqual(await get(UNKNOWN, signedIn({ userId: 'bob' })));
  });

  it('shows nothing to a caller whom nobody vouches for, or whose token has expired', async () => {
    const { get } = await api('jwt');
    expect((await get(ORDER.id)).statusCode).toBe(500);
    expect((await get(ORDER.id, signedIn({ exp: '1' }))).statusCode).toBe(401);
  });
});
