import { newOrder, orderPage } from '../contract.ts';
import { expectJson, expectRefusal, expectThat } from '../expectations.ts';
import type { Suite } from '../suite.ts';

/** Refusals: each with a fitting status and `{"error": "<sentence>"}`, and nothing is stored. */
export async function checkBadInput({ api, user, check }: Suite): Promise<void> {
  const order = newOrder(user, 'Refused');
  const { price: _, ...withoutPrice } = order;
  const bodies: readonly [what: string, body: unknown, status?: number][] = [
    ['no body', ''],
    ['broken JSON', '{"user_id":'],
    ['a list', [order]],
    ['a missing field', withoutPrice],
    ['an unknown field', { ...order, coupon: 'FREE' }],
    ['a text as quantity', { ...order, quantity: '2' }],
    ['quantity 0', { ...order, quantity: 0 }],
    ['quantity 1.5', { ...order, quantity: 1.5 }],
    ['quantity 1,000,001', { ...order, quantity: 1_000_001 }],
    ['price 0', { ...order, price: 0 }],
    ['price 1.999', { ...order, price: 1.999 }],
    ['price 100,000,000', { ...order, price: 100_000_000 }],
    ['an empty product_name', { ...order, product_name: '' }],
    ['a product_name of 256 characters', { ...order, product_name: order.product_name.padEnd(256, 'x') }],
    ['a control character in product_name', { ...order, product_name: `${order.product_name}\u0000` }],
    ['a user_id that starts with a digit', { ...order, user_id: '1alice' }],
    ['a user_id of 101 characters', { ...order, user_id: 'v'.repeat(101) }],
    ['a body of 65 KiB', { ...order, product_name: 'x'.repeat(65 * 1024) }, 413],
  ];
  for (const [what, body, status = 400] of bodies) {
    await check(`${what} is a ${status}`, async () => {
      expectRefusal(await api.post('/api/orders', body), status);
    });
  }
  await check('a body that is not declared as JSON is a 415', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    expectRefusal(await api.send('POST', '/api/orders', { body: JSON.stringify(order), headers }), 415);
  });
  for (const query of ['limit=0', 'limit=201', 'limit=x', 'cursor=bm90IGEgY3Vyc29y', 'user_id=1alice']) {
    await check(`GET /api/orders?${query} is a 400`, async () => {
      expectRefusal(await api.get(`/api/orders?${query}`), 400);
    });
  }
  for (const [method, path] of [
    ['GET', '/api/nothing/here'],
    ['DELETE', '/api/orders'],
    ['PUT', '/health'],
  ] as const) {
    await check(`${method} ${path}, which does not exist, is a 404`, async () => {
      expectRefusal(await api.send(method, path), 404);
    });
  }
  await check('nothing that was refused is stored', async () => {
    const { orders } = expectJson(await api.get(`/api/orders?user_id=${user}&limit=200`), 200, orderPage);
    const stored = orders.find(({ product_name }) => product_name.includes(order.product_name));
    expectThat(stored === undefined, 'none of the refused orders', () => `order ${stored?.id}`);
  });
}
