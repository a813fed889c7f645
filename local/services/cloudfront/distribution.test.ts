import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { call, exchange, servedBy } from '../../http/http-fixture.ts';
import { apiDefinition, fakeInvoke, lambdaRoute, servedApi } from '../api-gateway/gateway-fixture.ts';
import type { GetObject } from './bucket-origin.ts';
import { startDistribution } from './distribution.ts';
import type { ResponseHeadersPolicy } from './response-headers-policy.ts';

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'];

const getObject: GetObject = async ({ bucket }, key) => {
  if (bucket !== 'site' || !['index.html', 'a b.js'].includes(key)) return undefined;
  const bytes = Buffer.from(`<p>${key}</p>`);
  const contentType = key.endsWith('.html') ? 'text/html' : 'text/javascript';
  return {
    body: (async function* () {
      yield bytes;
    })(),
    contentLength: bytes.byteLength,
    contentType,
    etag: '"e1"',
    cacheControl: 'no-cache',
  };
};

/** An API that echoes requests. */
async function startEchoApi() {
  const { url } = await servedBy(async (request, response) => {
    const body = await text(request);
    response.writeHead(201, { 'X-Answer': 'yes', 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
  });
  return url;
}

async function startSite(
  apiUrl = 'http://127.0.0.1:9',
  responseHeadersPolicy?: ResponseHeadersPolicy,
  ofBucket: GetObject = getObject,
) {
  const policy = responseHeadersPolicy === undefined ? {} : { responseHeadersPolicy };
  const site = await startDistribution({
    definition: {
      defaultRootObject: 'index.html',
      defaultBehavior: { origin: { type: 'bucket', bucket: 'site' }, allowedMethods: ['GET', 'HEAD'], ...policy },
      behaviors: [
        { pathPattern: '/api/*', origin: { type: 'api', restApiId: 'a1' }, allowedMethods: ALL_METHODS, ...policy },
        { pathPattern: 'health', origin: { type: 'api', restApiId: 'a1' }, allowedMethods: ALL_METHODS },
      ],
    },
    port: 0,
    getObject: ofBucket,
    apiUrl: () => apiUrl,
    log: silentLog,
  });
  onTestFinished(() => site.stop());
  return site.url;
}

const portOf = (url: string) => Number(new URL(url).port);

const LARGE = 30 * 1024 * 1024;
const largeOrder = [
  `POST /api/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${LARGE}\r\n\r\n`,
  Buffer.alloc(LARGE, 'x'),
] as const;

describe('the site', () => {
  it('serves files of the bucket with their content type, and the default root object at its root', async () => {
    const url = await startSite();
    expect(await call(url, 'GET', '/')).toMatchObject({
      status: 200,
      text: '<p>index.html</p>',
      headers: { 'content-type': 'text/html', etag: '"e1"', 'cache-control': 'no-cache' },
    });
    expect(await call(url, 'GET', '/a%20b.js?v=1')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/javascript' },
    });
    expect(await call(url, 'HEAD', '/')).toMatchObject({ status: 200, text: '', headers: { 'content-length': '17' } });
  });

  it('reads a file again for each request, however long it may be cached', async () => {
    let version = 0;
    const changing: GetObject = async () => {
      const body = [Buffer.from(`version ${++version}`)];
      return { body: Readable.from(body), contentLength: 9, cacheControl: 'max-age=31536000' };
    };
    const url = await startSite(undefined, undefined, changing);
    expect((await call(url, 'GET', '/')).text).toBe('version 1');
    expect((await call(url, 'GET', '/')).text).toBe('version 2');
  });

  it('returns 304 to a client that has the file', async () => {
    const url = await startSite();
    expect((await call(url, 'GET', '/', { headers: { 'If-None-Match': '"e0", W/"e1"' } })).status).toBe(304);
    expect((await call(url, 'GET', '/', { headers: { 'If-None-Match': '"e0"' } })).status).toBe(200);
  });

  it.each([
    ['GET', '/missing.html', 403],
    ['GET', '/%zz', 400],
    ['POST', '/', 403],
  ])('responds to %s %s with %i', async (method, path, status) => {
    expect((await call(await startSite(), method, path)).status).toBe(status);
  });

  it.each([
    ['/x/../api/orders', 201],
    ['/x/%2e%2E/%61pi/orders', 201],
    ['/api/../index.html', 403],
    ['/api%2Forders', 403],
    ['/api//orders', 201],
    ['//health', 403],
  ])('chooses the origin of %s by its normalized path, and sends it as it is', async (path, status) => {
    const response = await call(await startSite(await startEchoApi()), 'GET', path);
    expect(response.status).toBe(status);
    if (status === 201) expect(JSON.parse(response.text)).toMatchObject({ url: path });
  });

  it('forwards a target that names the server as well', async () => {
    const response = await call(await startSite(await startEchoApi()), 'GET', 'http://localhost/health?a');
    expect(JSON.parse(response.text)).toMatchObject({ url: '/health?a' });
  });

  it('refuses a body of a GET request, and a URL of more than 8,192 bytes', async () => {
    const url = await startSite(await startEchoApi());
    const chunked = { headers: { 'Transfer-Encoding': 'chunked' }, body: 'a' };
    expect((await call(url, 'GET', '/health', { headers: { 'Content-Length': 1 }, body: 'a' })).status).toBe(403);
    expect((await call(url, 'GET', '/health', chunked)).status).toBe(403);
    expect((await call(url, 'GET', `/health?${'x'.repeat(8_200)}`)).status).toBe(413);
    expect((await call(url, 'GET', `/health?${'x'.repeat(8_000)}`)).status).toBe(201);
  });

  it('forwards requests to API paths, unchanged but for hop-by-hop headers', async () => {
    const apiUrl = await startEchoApi();
    const url = await startSite(apiUrl);
    const response = await call(url, 'POST', '/api/orders?a=%2B&a=1', {
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'k1', 'X-Forwarded-For': '10.0.0.1' },
      body: '{"quantity":1}',
    });
    expect(response).toMatchObject({ status: 201, headers: { 'x-answer': 'yes' } });
    expect(JSON.parse(response.text)).toMatchObject({
      method: 'POST',
      url: '/api/orders?a=%2B&a=1',
      body: '{"quantity":1}',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': 'k1',
        'x-forwarded-for': '10.0.0.1, 127.0.0.1',
        host: new URL(apiUrl).host,
      },
    });
    expect((await call(url, 'GET', '/health')).status).toBe(201);
  });

  it('returns 502 when the API is not there', async () => {
    expect((await call(await startSite(), 'GET', '/api/orders')).status).toBe(502);
    const response = await exchange(portOf(await startSite()), ...largeOrder);
    expect(response).toMatch(/^HTTP\/1.1 502 .*The origin did not respond/s);
  });

  it("forwards the API's refusal of a body to a client that reads nothing before it has sent all of it", async () => {
    const api = await servedApi(apiDefinition([lambdaRoute('POST', '/api/orders')]));
    const port = portOf(await startSite(api.url));
    expect(await exchange(port, ...largeOrder)).toMatch(/^HTTP\/1.1 413 .*\{"message":"Request Too Long"\}$/s);
  });

  it("forwards a redirect, with the function's own path parameter, and does not follow it", async () => {
    const Location = 'http://127.0.0.1:9/receipts/7?X-Amz-Signature=a%2Fb&x=1';
    const { invoke, events } = fakeInvoke({ statusCode: 302, headers: { Location, 'Cache-Control': 'no-store' } });
    const api = await servedApi(apiDefinition([lambdaRoute('GET', '/api/orders/{id}/receipt')]), invoke);
    const response = await call(await startSite(api.url), 'GET', '/api/orders/7/receipt');
    expect(response).toMatchObject({
      status: 302,
      text: '',
      headers: { location: Location, 'cache-control': 'no-store' },
    });
    expect(events[0]).toMatchObject({ resource: '/api/orders/{id}/receipt', pathParameters: { id: '7' } });
  });

  it('applies its response headers policy, whichever origin responds', async () => {
    const policy = {
      added: [
        { name: 'X-Frame-Options', value: 'DENY', override: true },
        { name: 'Cache-Control', value: 'max-age=60', override: false },
        { name: 'content-type', value: 'text/plain', override: true },
      ],
      removed: ['x-answer', 'ETag'],
    };
    const url = await startSite(await startEchoApi(), policy);
    const file = await call(url, 'GET', '/');
    expect(file.headers).toMatchObject({
      'x-frame-options': 'DENY',
      'cache-control': 'no-cache',
      'content-type': 'text/plain',
      'content-length': '17',
    });
    expect(file.headers).not.toHaveProperty('etag');
    const fromApi = await call(url, 'GET', '/api/orders');
    expect(fromApi).toMatchObject({
      status: 201,
      headers: { 'x-frame-options': 'DENY', 'cache-control': 'max-age=60' },
    });
    expect(fromApi.headers).not.toHaveProperty('x-answer');
    expect((await call(url, 'GET', '/missing.html')).headers['x-frame-options']).toBe('DENY');
    expect((await call(url, 'GET', '/health')).headers).not.toHaveProperty('x-frame-options');
  });

  it('responds to a malformed request with a page', async () => {
    const response = await exchange(portOf(await startSite()), 'get / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(response).toMatch(/^HTTP\/1.1 400 Bad Request\r\nContent-Type: text\/html\r\n.*<h1>/s);
  });
});
