import { randomUUID } from 'node:crypto';
import type { RequestOptions } from '../client.ts';
import { createdOrder, expectEqual, newOrder } from '../contract.ts';
import { expectHeader, expectJson, expectRefusal, expectThat } from '../expectations.ts';
import { need, type Suite } from '../suite.ts';

/** `Idempotency-Key` on `POST /api/orders`. */
export async function checkIdempotency({ api, user, check }: Suite): Promise<void> {
  const request = newOrder(user, 'Idempotent desk');
  const withKey = (key: string): RequestOptions => ({ headers: { 'Idempotency-Key': key } });
  const key = randomUUID();

  const first = await check('an order can be placed with an Idempotency-Key', async () => {
    const answer = await api.post('/api/orders', request, withKey(key));
    const replayed = answer.headers.get('idempotent-replayed');
    expectThat(replayed === null, 'no header Idempotent-Replayed yet', () => String(replayed));
    return expectJson(answer, 201, createdOrder);
  });
  await check('the same request with the same key gets the first answer again', async () => {
    const { delivery: _, ...expected } = need(first, 'first order');
    const answer = await api.post('/api/orders', request, withKey(key));
    const { delivery: __, ...got } = expectJson(answer, 201, createdOrder);
    expectEqual('the answer', got, expected);
    expectHeader(answer, 'idempotent-replayed', 'true');
    expectHeader(answer, 'location', `/api/orders/${expected.order.id}`);
  });
  await check('another body with the same key is a 422', async () => {
    need(first, 'first order');
    expectRefusal(await api.post('/api/orders', { ...request, quantity: 3 }, withKey(key)), 422);
  });
  await check('a key with a blank inside, or over 255 characters, is a 400', async () => {
    expectRefusal(await api.post('/api/orders', request, withKey('a b')), 400);
    expectRefusal(await api.post('/api/orders', request, withKey('k'.repeat(256))), 400);
  });
}
