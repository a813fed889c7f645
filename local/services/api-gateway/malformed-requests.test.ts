import { expect, it } from 'vitest';
import { call, exchange } from '../../http/http-fixture.ts';
import { apiDefinition, lambdaRoute, servedApi } from './gateway-fixture.ts';

const HOST = 'Host: localhost\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const routes = [lambdaRoute('POST', '/orders')];

it.each([
  ['a method in lower case', `post /orders HTTP/1.1\r\n${HOST}\r\n`, 400, 'Bad Request'],
  ['an unknown method', `BREW /orders HTTP/1.1\r\n${HOST}\r\n`, 400, 'Bad Request'],
  ['bytes that are no HTTP', '\x16\x03\x01\x02\x00\x01', 400, 'Bad Request'],
  ['a chunk without a length', `POST /orders HTTP/1.1\r\n${HOST}${CHUNKED}\r\nzz\r\n`, 400, 'Bad Request'],
  ['a length and chunks', `POST /orders HTTP/1.1\r\n${HOST}Content-Length: 3\r\n${CHUNKED}\r\n`, 400, 'Bad Request'],
  ['two lengths', `POST /orders HTTP/1.1\r\n${HOST}${'Content-Length: 3\r\n'.repeat(2)}\r\nabc`, 400, 'Bad Request'],
  ['a path with a letter beyond ASCII', `GET /\xfc HTTP/1.1\r\n${HOST}\r\n`, 400, 'Bad Request'],
  ['a header that goes on in the next line', `GET / HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`, 400, 'Bad Request'],
  ['an unknown version', `GET / HTTP/1.2\r\n${HOST}\r\n`, 400, 'Bad Request'],
  ['no Host', 'POST /orders HTTP/1.1\r\n\r\n', 400, 'Bad Request'],
  ['two Hosts', `POST /orders HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400, 'Bad Request'],
  ['a Host with a space', 'POST /orders HTTP/1.1\r\nHost: a b\r\n\r\n', 400, 'Bad Request'],
  ['a tunnel', `CONNECT a:443 HTTP/1.1\r\n${HOST}\r\n`, 400, 'Bad Request'],
  [
    'an unknown expectation',
    `POST /orders HTTP/1.1\r\n${HOST}Expect: foo\r\n${CHUNKED}\r\n`,
    417,
    'Expectation Failed',
  ],
  [
    'too large headers',
    `GET / HTTP/1.1\r\n${HOST}X: ${'y'.repeat(1_000_000)}\r\n\r\n`,
    431,
    'Request Header Fields Too Large',
  ],
])("%s gets the API's own response", async (_case, sent, status, message) => {
  const headers = { 'Access-Control-Allow-Origin': "'*'" };
  const templates = { 'application/json': '{"error":$context.error.messageString}' };
  const api = await servedApi(apiDefinition(routes, { DEFAULT_4XX: { headers, templates } }));
  const [head = '', body] = (await exchange(api.port, sent, ...(status === 417 ? ['0\r\n\r\n'] : []))).split(
    '\r\n\r\n',
  );
  expect(head.split('\r\n')[0]).toBe(`HTTP/1.1 ${status} ${message}`);
  expect(head).toMatch(/^Access-Control-Allow-Origin: \*\r$/m);
  expect(head).toMatch(/^x-amzn-RequestId: .+\r$/m);
  expect(JSON.parse(body ?? '')).toEqual({ error: message });
  expect((await call(api.url, 'POST', '/orders')).status).toBe(200);
});

it.each([
  ['path', `/orders/${'x'.repeat(10_300)}`, {}],
  ['query', `/orders?q=${'x'.repeat(10_300)}`, {}],
  ['header', '/orders', { 'X-Long': 'x'.repeat(10_300) }],
])('a %s that makes the head longer than 10,240 bytes gets 431', async (_part, path, headers) => {
  const api = await servedApi(apiDefinition(routes));
  expect(await call(api.url, 'POST', path, { headers })).toMatchObject({
    status: 431,
    text: '{"message":"Request Header Fields Too Large"}',
  });
  expect((await call(api.url, 'POST', `/orders?q=${'x'.repeat(9_000)}`)).status).toBe(200);
});

it('bytes beyond the stated length of a body are the next request, and malformed', async () => {
  const api = await servedApi(apiDefinition(routes));
  const received = await exchange(api.port, `POST /orders HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\n{}{}`);
  expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
});

it('a request to another host is Forbidden, whatever the API makes of its own errors', async () => {
  const templates = { 'application/json': '{"error":$context.error.messageString}' };
  const api = await servedApi(apiDefinition(routes, { DEFAULT_4XX: { headers: {}, templates } }));
  const refused = await call(api.url, 'POST', '/orders', {
    headers: { Host: 'abc123.execute-api.us-east-1.amazonaws.com' },
  });
  expect(refused).toMatchObject({ status: 403, text: '{"message":"Forbidden"}' });
  expect(refused.headers['x-amzn-errortype']).toBe('ForbiddenException');
  for (const Host of ['localhost', 'shop.localhost:80', '127.0.0.1', '[::1]']) {
    expect((await call(api.url, 'POST', '/orders', { headers: { Host } })).status).toBe(200);
  }
});
