import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { deployment, it } from './deployment.ts';
import { expectError, expectJson, orderPage, ROUTES } from './expectations.ts';

/** In the name of everything that is ordered here, so that it would be found if it were stored. */
const MARK = randomUUID();
const order = { user_id: deployment.user, product_name: `Verify refused – ${MARK}`, quantity: 2, price: 149.99 };
const { price: _, ...withoutPrice } = order;

// One request for each kind of mistake. Every rule of every field is tested beside the functions.
const BODIES: readonly [what: string, body: unknown][] = [
  ['no body', undefined],
  ['broken JSON', '{"user_id":'],
  ['a list', [order]],
  ['a missing field', withoutPrice],
  ['an unknown field', { ...order, coupon: 'FREE' }],
  ['a user_id that starts with a digit', { ...order, user_id: '1alice' }],
  ['a user_id of 101 characters', { ...order, user_id: 'v'.repeat(101) }],
  ['an empty product_name', { ...order, product_name: '' }],
  ['a product_name of 256 characters', { ...order, product_name: order.product_name.padEnd(256, 'x') }],
  ['a control character in product_name', { ...order, product_name: `${order.product_name}\u0000` }],
  ['a line separator in product_name', { ...order, product_name: `${order.product_name}\u2028` }],
  ['a product_name of which nothing is visible', { ...order, product_name: ' \u200b\u3164' }],
  ['text as quantity', { ...order, quantity: '2' }],
  ['quantity 0', { ...order, quantity: 0 }],
  ['quantity 1.5', { ...order, quantity: 1.5 }],
  ['quantity 1,000,001', { ...order, quantity: 1_000_001 }],
  ['price 0', { ...order, price: 0 }],
  ['price 1.999', { ...order, price: 1.999 }],
  ['price 100,000,000', { ...order, price: 100_000_000 }],
];

describe('bad input', () => {
  it.for(BODIES)('%s is a 400', async ([, body], { api }) => {
    expectError(await api.post('/api/orders', body), 400);
  });

  it('a body of 65 KiB is a 413', async ({ api }) => {
    const product_name = order.product_name.padEnd(65 * 1024, 'x');
    expectError(await api.post('/api/orders', { ...order, product_name }), 413);
  });

  it('a body that is not declared as JSON is a 415', async ({ api }) => {
    const headers = { 'Content-Type': 'text/plain' };
    expectError(await api.send('POST', '/api/orders', { body: JSON.stringify(order), headers }), 415);
  });

  it.for(['limit=0', 'limit=201', 'limit=x', 'cursor=bm90IGEgY3Vyc29y', 'user_id=1alice'])(
    'GET /api/orders?%s is a 400',
    async (query, { api }) => {
      expectError(await api.get(`/api/orders?${query}`), 400);
    },
  );

  it('GET /api/nothing/here, which does not exist, is a 404', async ({ api }) => {
    expectError(await api.get('/api/nothing/here'), 404);
  });

  it.for([...new Set(ROUTES.map(({ path }) => path))])(
    '%s is the same 404 by every method that it does not have, with and without a token',
    async (path, { api }) => {
      const taken = ROUTES.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
      const nobody = path.replace('{id}', '018f0000-0000-7000-8000-000000000000');
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((each) => !taken.includes(each))) {
        for (const options of [{}, { token: null }]) {
          const response = await api.send(method, nobody, options);
          expectError(response, 404);
          expect(response.body.error, `${method} ${path}`).toBe(
            'This path does not exist, or it does not support this method.',
          );
        }
      }
    },
  );

  it('nothing of it is stored', async ({ api }) => {
    for (const query of ['', `&user_id=${deployment.user}`]) {
      const { orders } = expectJson(await api.get(`/api/orders?limit=200${query}`), 200, orderPage);
      expect(orders.filter(({ product_name }) => product_name.includes(MARK))).toEqual([]);
    }
  });
});
