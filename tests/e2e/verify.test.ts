import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, inject, it } from 'vitest';
import { queryShard } from '../support/clients.ts';
import { verifyDeployment } from '../support/run.ts';
import { type Tamper, TamperingProxy } from '../support/tampering-proxy.ts';

const addresses = inject('addresses');

describe('npm run verify', () => {
  it('passes against the running system, says what it placed and leaves it there', async () => {
    const { code, output } = await verifyDeployment('--url', addresses.api);
    expect(output).not.toContain('FAIL');
    expect(code).toBe(0);
    const [, user] = /with orders of (verify-\w+)/.exec(output) ?? [];
    const stored = await queryShard(addresses, 'orders_shard2', 'select id from orders where user_id = $1', [user]);
    expect(stored.length).toBeGreaterThan(2);
    for (const { id } of stored) expect(output).toContain(id);
  });

  it('passes against the site as well, which has the API behind it', async () => {
    const { code, output } = await verifyDeployment('--url', addresses.site);
    expect({ code, output }).toMatchObject({ code: 0 });
  });

  it('exits with 1 when nothing responds, and with 2 when its command line is wrong', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const silent = await verifyDeployment('--url', `http://127.0.0.1:${port}`);
    expect(silent).toMatchObject({ code: 1, output: expect.stringContaining('does not respond: ECONNREFUSED') });
    expect(await verifyDeployment()).toMatchObject({ code: 2, output: expect.stringContaining('--url') });
  });
});

const onList = (path: string) => path.startsWith('/api/orders?') || path === '/api/orders';

async function verifyTampered(tamper: Tamper, ...flags: readonly string[]) {
  const proxy = await TamperingProxy.start(addresses.api, tamper);
  return verifyDeployment('--url', proxy.url, ...flags).finally(() => proxy.stop());
}

describe('a deployment that breaks one promise of the contract is found out', () => {
  // Side by side, since others may use a deployment while it is verified.
  it.concurrent.each<[string, Tamper, RegExp]>([
    [
      'count is wrong',
      ({ method, path }, response) => {
        if (method === 'GET' && onList(path) && response.status === 200) response.body.count += 1;
      },
      /FAIL .*lists at most 50 orders/,
    ],
    [
      'errors have another shape',
      (_request, response) => {
        if (response.status === 400) response.body = { message: response.body.error };
      },
      /FAIL .*quantity 0 is a 400/,
    ],
    [
      'one route’s responses have no CORS header',
      ({ method, path }, response) => {
        if (method === 'GET' && onList(path)) response.headers.delete('access-control-allow-origin');
      },
      /FAIL .*lists at most 50 orders.*\n.*access-control-allow-origin/,
    ],
    [
      'prices are text',
      ({ method }, response) => {
        if (method === 'POST' && response.status === 201) response.body.order.price = String(response.body.order.price);
      },
      /FAIL .*creates an order and returns it, field for field/,
    ],
    [
      'lists begin with the oldest order',
      ({ method, path }, response) => {
        if (method === 'GET' && onList(path) && response.status === 200) response.body.orders.reverse();
      },
      /FAIL .*the orders of one user/,
    ],
    [
      'an unknown route is a 403, as API Gateway has it by default',
      (_request, response) => {
        if (response.status === 404) response.status = 403;
      },
      /FAIL .*nothing\/here/,
    ],
    [
      'replays are not marked',
      (_request, response) => response.headers.delete('idempotent-replayed'),
      /FAIL .*replays the first response/,
    ],
    [
      'no order is ever confirmed',
      ({ path }, response) => {
        if (/^\/api\/orders\/[^/]+$/.test(path) && response.status === 200) response.body.order.status = 'created';
      },
      /FAIL .*leads to a confirmed order/,
    ],
    [
      'a part is down',
      ({ path }, response) => {
        if (path === '/health') Object.assign(response, { status: 503 });
      },
      /FAIL .*reports every part up/,
    ],
  ])('%s', async (_what, tamper, broken) => {
    const { code, output } = await verifyTampered(tamper, '--patience', '3');
    expect(code, output).toBe(1);
    expect(output).toMatch(broken);
    expect(output).toMatch(/^Placed \d+ orders/m);
    // And nothing else is called broken because of it than what has to do with it.
    const count = (label: RegExp) => output.match(label)?.length ?? 0;
    expect(count(/^ {2}FAIL /gm)).toBeLessThan(count(/^ {2}ok /gm));
  });
});

it('a deployment whose responses have more fields than the contract names passes', async () => {
  const { code, output } = await verifyTampered((_request, { headers, body }) => {
    headers.set('x-added', 'yes');
    for (const each of [body, body.order, body.delivery, body.checks && body, ...[body.orders].flat()]) {
      if (each instanceof Object) each.added = { currency: 'EUR' };
    }
  });
  expect(code, output).toBe(0);
});
