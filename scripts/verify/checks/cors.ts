import { expectHeader, expectStatus, expectThat } from '../expectations.ts';
import type { Suite } from '../suite.ts';

const METHODS = ['GET', 'POST', 'OPTIONS'];
const REQUEST_HEADERS = ['Content-Type', 'Idempotency-Key', 'Authorization'];
const EXPOSED_HEADERS = ['Location', 'Retry-After', 'Idempotent-Replayed'];
const PATHS = ['/api/orders', '/api/orders/018f0000-0000-7000-8000-000000000000', '/health'];
const MOST_NAMED = 3;

/** What a page on another origin needs. To be run last: it looks at all answers that came before. */
export async function checkCors({ api, check }: Suite): Promise<void> {
  const heard = [...api.heard];
  for (const path of PATHS) {
    await check(`a browser may ask before it calls: OPTIONS ${path}`, async () => {
      const headers = { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'GET' };
      const answer = await api.send('OPTIONS', path, { headers, token: null });
      expectStatus(answer, 200, 204);
      expectHeader(answer, 'access-control-allow-origin', '*');
      expectListed(answer.headers, 'access-control-allow-methods', METHODS);
      expectListed(answer.headers, 'access-control-allow-headers', REQUEST_HEADERS);
    });
  }
  await check('every answer so far, errors included, lets any page read it', async () => {
    const closed = heard.filter(({ headers }) => headers.get('access-control-allow-origin') !== '*');
    const named = closed.slice(0, MOST_NAMED).map(({ method, path, status }) => `${method} ${path} (${status})`);
    expectThat(
      closed.length === 0,
      'the header access-control-allow-origin: * on each',
      () => `${closed.length} of ${heard.length} answers without it: ${named.join(', ')}`,
    );
  });
  await check('a page may read the headers that orders are answered with', async () => {
    for (const { headers } of heard.filter(({ status }) => status === 201)) {
      expectListed(headers, 'access-control-expose-headers', EXPOSED_HEADERS);
    }
  });
}

function expectListed(headers: Headers, name: string, values: readonly string[]): void {
  const got = headers.get(name) ?? 'no such header';
  const listed = got.toLowerCase().split(/\s*,\s*/);
  const missing = values.filter((value) => !listed.includes(value.toLowerCase()));
  expectThat(missing.length === 0, `the header ${name} with ${missing.join(', ')}`, () => got);
}
