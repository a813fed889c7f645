import { describe, expect, it } from 'vitest';
import { receiptKey } from '../domain/order.ts';
import { DEFAULT_SHARD_MAP, shardFor } from '../domain/shard-map.ts';
import type { AuthMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { call, type RequestParts, signedIn } from '../testing/api-request.ts';
import { MemoryOrders } from '../testing/memory-orders.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryLog, MemoryReceipts } from '../testing/ports.ts';
import { getReceiptEndpoint } from './endpoint.ts';

const ORDER = anOrder();
const SHARD = shardFor(DEFAULT_SHARD_MAP, ORDER.userId);

async function api(auth: AuthMode = 'none') {
  const orders = new MemoryOrders();
  await orders.place(SHARD, ORDER);
  await orders.settle(SHARD, ORDER.id, { receipt: true, event: false });
  const receipts = new MemoryReceipts();
  await receipts.put(receiptKey(ORDER), 'Total: $1.00');
  const handler = httpHandler(
    new MemoryLog(),
    getReceiptEndpoint(auth, { shards: DEFAULT_SHARD_MAP, orders, receipts }),
  );
  return { orders, receipts, get: (id: string, parts: RequestParts = {}) => call(handler, { ...parts, path: { id } }) };
}

describe('GET /api/orders/{id}/receipt', () => {
  it('leads to the receipt, once', async () => {
    const { statusCode, headers, body } = await (await api()).get(ORDER.id);
    expect([statusCode, body]).toEqual([302, undefined]);
    expect(headers).toMatchObject({
      Location: `https://receipts.example/receipts/alice/${ORDER.id}.txt?signature`,
      'Cache-Control': 'no-store',
      'Access-Control-Allow-Origin': '*',
    });
  });

  const redirected = ['*/*', 'text/html,application/json', 'application/json, text/plain, */*'];
  it.each(redirected)('leads to the receipt whoever takes "%s"', async (accept) => {
    const { statusCode } = await (await api()).get(ORDER.id, { headers: { accept } });
    expect(statusCode).toBe(302);
  });

  it('returns the text, with its address, to whoever takes JSON alone', async () => {
    const { statusCode, headers, body } = await (await api()).get(ORDER.id, {
      headers: { accept: 'application/json' },
    });
    expect([statusCode, headers['Cache-Control']]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      text: 'Total: $1.00',
      url: `https://receipts.example/receipts/alice/${ORDER.id}.txt?signature`,
    });
  });

  it('says when to come back for a text that S3 does not return', async () => {
    const { get, receipts } = await api();
    receipts.failure = new Error('S3 is down');
    const { statusCode, headers } = await get(ORDER.id, { headers: { accept: 'application/json' } });
    expect([statusCode, headers['Retry-After']]).toEqual([503, '5']);
  });

  it('says when to come back for a receipt that is not stored yet', async () => {
    const { get, orders } = await api();
    await orders.settle(SHARD, ORDER.id, { receipt: false, event: true });
    const { statusCode, headers, body } = await get(ORDER.id);
    expect([statusCode, headers['Retry-After'], headers.Location]).toEqual([404, '5', undefined]);
    expect(body.error).toContain('not stored yet');
  });

  it.each(['019d0f2e-7b5c-7000-8000-000000000009', 'x'])('knows no order "%s"', async (id) => {
    const { statusCode, headers, body } = await (await api()).get(id);
    expect([statusCode, headers['Retry-After'], body.error]).toEqual([
      404,
      undefined,
      'There is no order with this id.',
    ]);
  });

  it('responds with 503 while a shard is down that may keep the order', async () => {
    const { get, orders } = await api();
    orders.unavailable.add('shard1');
    expect((await get(ORDER.id)).statusCode).toBe(503);
  });

  it('with sign-in leads nobody to somebody else’s receipt, stored or not', async () => {
    const { get, orders } = await api('jwt');
    expect((await get(ORDER.id, signedIn())).statusCode).toBe(302);
    expect((await get(ORDER.id, signedIn({ userId: 'oscar', operator: 'true' }))).statusCode).toBe(302);
    const stored = await get(ORDER.id, signedIn({ userId: 'bob' }));
    await orders.settle(SHARD, ORDER.id, { receipt: false, event: true });
    const pending = await get(ORDER.id, signedIn({ userId: 'bob' }));
    expect(stored.body).toEqual({ error: 'There is no order with this id.' });
    expect(pending).toEqual(stored);
  });
});
