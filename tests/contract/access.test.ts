import { describe, expect } from 'vitest';
import { deployment, it, newOrder, placeOrder } from './deployment.ts';
import { expectError, expectHeader, expectJson, orderPage, ROUTES } from './expectations.ts';

const { token = '', operator } = deployment;
const somebodyElse = `${deployment.user.slice(0, 80)}-somebody-else`;

describe.runIf(token)('access with a token', () => {
  it.for([
    ['no token', null],
    ['text that is no token', 'nonsense'],
    ['a token with another signature', withOtherSignature(token)],
    ['the same token unsigned (alg none)', unsigned(token)],
  ] as const)('%s is a 401 on every route that takes a token', async ([, wrong], { api }) => {
    const { id } = (await placeOrder(api)).order;
    for (const { method, path } of ROUTES.filter((route) => 'token' in route)) {
      const address = path.replace('{id}', id);
      const response =
        method === 'post'
          ? await api.post(address, newOrder('unauthorized'), { token: wrong })
          : await api.get(address, { token: wrong });
      expectError(response, 401);
      expectHeader(response, 'www-authenticate', /^Bearer\b/);
    }
  });

  it('an order for somebody else is a 403', async ({ api }) => {
    expectError(await api.post('/api/orders', newOrder('forbidden', somebodyElse)), 403);
  });

  it.runIf(operator)('an operator may list the orders of anybody', async ({ api }) => {
    const page = expectJson(await api.get(`/api/orders?user_id=${somebodyElse}`), 200, orderPage);
    expect(page.orders).toEqual([]);
  });

  it.runIf(!operator)('the orders of somebody else are a 403', async ({ api }) => {
    expectError(await api.get(`/api/orders?user_id=${somebodyElse}`), 403);
  });
});

/** Changes the first character of the signature: of the last one, some bits carry nothing. */
function withOtherSignature(token: string): string {
  const [head, payload, signature = ''] = token.split('.');
  return [head, payload, (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)].join('.');
}

function unsigned(token: string): string {
  const head = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  return `${head}.${token.split('.')[1] ?? ''}.`;
}
