import { newOrder, orderPage } from '../contract.ts';
import { expectHeader, expectJson, expectRefusal, expectThat } from '../expectations.ts';
import { need, type PlacedOrder, type Suite } from '../suite.ts';

/**
 * What a deployment that asks for a token keeps from those who have none, or another one.
 *
 * @param token the good one
 */
export async function checkAccess(suite: Suite, token: string, placed: PlacedOrder | undefined): Promise<void> {
  const { api, user, settings, check } = suite;
  const stranger = `${user.slice(0, 80)}-somebody-else`;

  for (const [what, wrong] of [
    ['no token', null],
    ['a text that is no token', 'nonsense'],
    ['a token with another signature', withOtherSignature(token)],
    ['the same token unsigned (alg none)', unsigned(token)],
  ] as const) {
    await check(`${what} is a 401 on every route for orders`, async () => {
      const id = need(placed, 'order to ask for').answer.order.id;
      for (const answer of [
        await api.get('/api/orders', { token: wrong }),
        await api.post('/api/orders', newOrder(user, 'Unauthorized'), { token: wrong }),
        await api.get(`/api/orders/${id}`, { token: wrong }),
        await api.get(`/api/orders/${id}/receipt`, { token: wrong }),
      ]) {
        expectRefusal(answer, 401);
        expectHeader(answer, 'www-authenticate', /^Bearer\b/);
      }
    });
  }
  await check('an order for somebody else is a 403', async () => {
    expectRefusal(await api.post('/api/orders', newOrder(stranger, 'Forbidden')), 403);
  });
  if (settings.operator) {
    await check('an operator may list the orders of anybody', async () => {
      const { orders } = expectJson(await api.get(`/api/orders?user_id=${stranger}`), 200, orderPage);
      expectThat(orders.length === 0, 'no orders of a user who never had any', () => `${orders.length} orders`);
    });
  } else {
    await check('the orders of somebody else are a 403', async () => {
      expectRefusal(await api.get(`/api/orders?user_id=${stranger}`), 403);
    });
  }
}

/** Changes the first character of the signature: of the last one, some bits carry nothing. */
function withOtherSignature(token: string): string {
  const [head, payload, signature = ''] = token.split('.');
  return [head, payload, (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)].join('.');
}

function unsigned(token: string): string {
  const head = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  return `${head}.${token.split('.')[1] ?? ''}.`;
}
