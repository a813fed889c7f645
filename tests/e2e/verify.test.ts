import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, inject, it } from 'vitest';
import { verify } from '../../scripts/verify/verify.ts';
import { queryShard } from '../support/clients.ts';
import { runToEnd } from '../support/run.ts';
import { type Tamper, TamperingProxy } from '../support/tampering-proxy.ts';

const addresses = inject('addresses');
const VERIFY = 'scripts/verify/main.ts';
const verifyCommand = (...args: string[]) => runToEnd(args, process.env, VERIFY);

describe('npm run verify', () => {
  it('passes against the running system, says what it placed and leaves it there', async () => {
    const { code, output } = await verifyCommand('--url', addresses.api);
    expect(output).not.toContain('FAIL');
    expect(code).toBe(0);
    const [, user] = /with orders of (verify-\w+)/.exec(output) ?? [];
    const stored = await queryShard(addresses, 'orders_shard2', 'select id from orders where user_id = $1', [user]);
    expect(stored.length).toBeGreaterThan(2);
    for (const { id } of stored) expect(output).toContain(id);
  });

  it('passes against the site as well, which has the API behind it', async () => {
    const { code, output } = await verifyCommand('--url', addresses.site);
    expect({ code, output }).toMatchObject({ code: 0 });
  });

  it('ends with 1 when nothing answers, and with 2 when it is not understood', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const silent = await verifyCommand('--url', `http://127.0.0.1:${port}`);
    expect(silent).toMatchObject({ code: 1, output: expect.stringContaining('does not answer: ECONNREFUSED') });
    expect(await verifyCommand()).toMatchObject({ code: 2, output: expect.stringContaining('--url') });
  });
});

const onList = (path: string) => path.startsWith('/api/orders?') || path === '/api/orders';

describe('a deployment that keeps all of the contract but one thing is found out', () => {
  // Side by side, since others may use a deployment while it is verified.
  it.each<[string, Tamper, RegExp]>([
    [
      'count is wrong',
      ({ method, path }, answer) => {
        if (method === 'GET' && onList(path) && answer.status === 200) answer.body.count += 1;
      },
      /lists at most 50 orders/,
    ],
    [
      'errors have another shape',
      (_request, answer) => {
        if (answer.status === 400) answer.body = { message: answer.body.error };
      },
      /quantity 0 is a 400/,
    ],
    [
      'one route’s answers have no CORS header',
      ({ method, path }, answer) => {
        if (method === 'GET' && onList(path)) answer.headers.delete('access-control-allow-origin');
      },
      /every answer so far/,
    ],
    [
      'prices are text',
      ({ method }, answer) => {
        if (method === 'POST' && answer.status === 201) answer.body.order.price = String(answer.body.order.price);
      },
      /201 with the order, field for field/,
    ],
    [
      'lists begin with the oldest order',
      ({ method, path }, answer) => {
        if (method === 'GET' && onList(path) && answer.status === 200) answer.body.orders.reverse();
      },
      /of one user/,
    ],
    [
      'an unknown route is a 403, as the gateway would have it',
      (_request, answer) => {
        if (answer.status === 404) answer.status = 403;
      },
      /nothing\/here/,
    ],
    [
      'replays are not marked',
      (_request, answer) => answer.headers.delete('idempotent-replayed'),
      /gets the first answer again/,
    ],
    [
      'no order is ever confirmed',
      ({ path }, answer) => {
        if (/^\/api\/orders\/[^/]+$/.test(path) && answer.status === 200) answer.body.order.status = 'created';
      },
      /is confirmed within/,
    ],
    [
      'a part is down',
      ({ path }, answer) => {
        if (path === '/health') Object.assign(answer, { status: 503 });
      },
      /every part up/,
    ],
  ])('%s', async (_what, tamper, claim) => {
    const proxy = await TamperingProxy.start(addresses.api, tamper);
    const settings = { url: proxy.url, operator: false, patienceMs: 3_000 };
    const { results } = await verify(settings, { begin: () => {}, result: () => {} }).finally(() => proxy.stop());
    const failed = results.filter(({ outcome }) => outcome === 'failed').map((result) => result.claim);
    expect(failed).toContainEqual(expect.stringMatching(claim));
    // And nothing else is called broken because of it than what has to do with it.
    expect(failed.length).toBeLessThan(results.length / 2);
  });
});
