import { request } from 'node:http';
import { describe, expect, inject, it } from 'vitest';
import { call, newUser, orderOf } from '../support/api.ts';
import { queryShard } from '../support/clients.ts';

const addresses = inject('addresses');
const order = orderOf(newUser('a'));
const { price: _, ...withoutPrice } = order;
const json = JSON.stringify(order);

async function storedOrders(): Promise<number> {
  const counts = await Promise.all(
    Object.keys(addresses.databases).map((database) =>
      queryShard(addresses, database, 'select count(*)::int as n from orders'),
    ),
  );
  return counts.reduce((sum, rows) => sum + rows[0].n, 0);
}

/** Sends a path as it is: fetch would mend a broken one. */
function getRaw(path: string): Promise<{ status: number; body: { error?: unknown } }> {
  const { hostname, port } = new URL(addresses.api);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    })
      .on('error', reject)
      .end();
  });
}

const BAD_ORDERS: [string, unknown, number][] = [
  ['no body', undefined, 400],
  ['an empty body', '', 400],
  ['broken JSON', '{"user_id":', 400],
  ['a list', [order], 400],
  ['null', 'null', 400],
  ['a number as user_id', { ...order, user_id: 7 }, 400],
  ['a text as quantity', { ...order, quantity: '2' }, 400],
  ['a text as price', { ...order, price: '149.99' }, 400],
  ['NaN as text', { ...order, price: 'NaN' }, 400],
  ['a bare NaN', json.replace('149.99', 'NaN'), 400],
  ['a missing field', withoutPrice, 400],
  ['an unknown field', { ...order, coupon: 'FREE' }, 400],
  ['an empty user_id', { ...order, user_id: '' }, 400],
  ['an over-long user_id', { ...order, user_id: 'a'.repeat(101) }, 400],
  ['a user_id that starts with a digit', { ...order, user_id: '1alice' }, 400],
  ['a user_id that starts with an umlaut', { ...order, user_id: 'Änne' }, 400],
  ['a user_id with a line end', { ...order, user_id: 'alice\n' }, 400],
  ['an empty product_name', { ...order, product_name: '' }, 400],
  ['an over-long product_name', { ...order, product_name: 'x'.repeat(256) }, 400],
  ['a control character in product_name', { ...order, product_name: 'a\u0000b' }, 400],
  ['quantity 0', { ...order, quantity: 0 }, 400],
  ['quantity -1', { ...order, quantity: -1 }, 400],
  ['quantity 1.5', { ...order, quantity: 1.5 }, 400],
  ['quantity 1e9', { ...order, quantity: 1e9 }, 400],
  ['price 0', { ...order, price: 0 }, 400],
  ['price -1', { ...order, price: -1 }, 400],
  ['price 1.999', { ...order, price: 1.999 }, 400],
  ['price 100000000', { ...order, price: 100_000_000 }, 400],
  ['a body of 65 KiB', { ...order, product_name: 'x'.repeat(65 * 1024) }, 413],
];

describe('bad input is a 4xx with a sentence, and nothing is stored', () => {
  it.each(BAD_ORDERS)('%s', async (_name, body, status) => {
    const before = await storedOrders();
    const answer = await call(addresses.api, 'POST', '/api/orders', body, { 'content-type': 'application/json' });
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(/\w+ .*\w/);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await storedOrders()).toBe(before);
  });

  it('a wrong content type', async () => {
    const before = await storedOrders();
    const answer = await call(addresses.api, 'POST', '/api/orders', json, { 'content-type': 'text/plain' });
    expect(answer).toMatchObject({ status: 415, body: { error: expect.stringContaining('application/json') } });
    expect(await storedOrders()).toBe(before);
  });

  it.each([
    ['GET', '/nothing/here', 404],
    ['GET', '/', 404],
    ['DELETE', '/api/orders', 404],
    ['PUT', '/health', 404],
  ])('an unknown route or a wrong method: %s %s', async (method, path, status) => {
    const answer = await call(addresses.api, method, path);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(/\w+ .*\w/);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each([
    '/api/orders?limit=0',
    '/api/orders?limit=201',
    '/api/orders?limit=x',
    '/api/orders?limit=1.5',
    '/api/orders?limit=',
    '/api/orders?cursor=%25%25%25',
    '/api/orders?cursor=bm90IGEgY3Vyc29y',
    '/api/orders?user_id=%ZZ',
    '/api/orders?user_id=%',
    '/api/orders?user_id=1alice',
  ])('a wrong query: %s', async (path) => {
    const answer = await getRaw(path);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatch(/\w+ .*\w/);
  });
});
