import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { call, exchange, servedBy } from '../../local/http/http-fixture.ts';
import { send } from '../../local/http/http-response.ts';
import { memoryLog, silentLog } from '../../tooling/log-fixture.ts';
import { startFrontDoor } from './start-front-door.ts';

const BASE = '/_aws/execute-api/orders/dev';
const LARGE = 20 * 1024 * 1024;
/** What an API of LocalStack puts on all of its answers. */
const FROM_API = { 'x-amzn-RequestId': 'f00', 'x-amz-apigw-id': '1a2b=' };

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** As the template words an unknown route, a function that did not run, and everything else. */
const GATEWAY_RESPONSES = {
  MISSING_AUTHENTICATION_TOKEN: {
    statusCode: 404,
    headers: { 'Access-Control-Allow-Origin': "'*'" },
    templates: { 'application/json': '{"error":"There is no such path."}' },
  },
  INTEGRATION_FAILURE: { statusCode: 503, headers: { 'Retry-After': "'5'" }, templates: {} },
  DEFAULT_4XX: { headers: {}, templates: { 'application/json': '{"error":$context.error.messageString}' } },
};

async function frontDoorTo(localStackUrl: string, log = silentLog) {
  const door = await startFrontDoor({
    port: 0,
    apiUrl: localStackUrl + BASE,
    gatewayResponses: () => GATEWAY_RESPONSES,
    log,
  });
  onTestFinished(() => door.stop());
  return door;
}

const frontDoorOf = async (listener: RequestListener) => frontDoorTo((await servedBy(listener)).url);

/** An API that echoes what it got. */
const echo: RequestListener = async (request, response) => {
  const { method, url, headers } = request;
  const body = await text(request);
  response.writeHead(201, { ...FROM_API, 'Content-Type': 'application/json', 'X-Answer': ['a', 'b'] });
  response.end(JSON.stringify({ method, url, headers, body }));
};

describe('a request', () => {
  it('reaches the API as it was sent, but for the headers of the hop', async () => {
    const door = await frontDoorOf(echo);
    const response = await call(door.url, 'POST', '/api/orders?a=%2B&a=1&b=%zz', {
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': 'k1',
        Authorization: 'Bearer t',
        Origin: 'http://site.example',
        Connection: 'keep-alive',
      },
      body: '{"quantity":1}',
    });
    expect(response).toMatchObject({ status: 201, headers: { 'x-answer': 'a, b', 'x-amzn-requestid': 'f00' } });
    const { method, url, headers, body } = JSON.parse(response.text) as Echo;
    expect({ method, url, body }).toEqual({
      method: 'POST',
      url: `${BASE}/api/orders?a=%2B&a=1&b=%zz`,
      body: '{"quantity":1}',
    });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'k1',
      authorization: 'Bearer t',
      origin: 'http://site.example',
      'x-forwarded-for': '127.0.0.1',
    });
  });

  it.each([
    ['/', `${BASE}/`],
    ['/health?', `${BASE}/health?`],
    ['//api/../x%2Fy', `${BASE}//api/../x%2Fy`],
    ['http://shop.localhost/health?x=1', `${BASE}/health?x=1`],
    ['http://shop.localhost?x=1', `${BASE}/?x=1`],
    ['*', `${BASE}/`],
  ])('for %s asks the API for %s', async (target, asked) => {
    const door = await frontDoorOf(echo);
    const response = await exchange(
      door.port,
      `OPTIONS ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(JSON.parse(response.slice(response.indexOf('{'), response.lastIndexOf('}') + 1))).toMatchObject({
      url: asked,
    });
  });

  it('is sent on while it comes in, whether its length is known or not', async () => {
    const door = await frontDoorOf((request, response) => {
      response.writeHead(200, FROM_API);
      let length = 0;
      request.on('data', (chunk: Buffer) => {
        length += chunk.length;
      });
      request.on('end', () => response.end(String(length)));
    });
    const body = Buffer.alloc(LARGE, 'x');
    expect((await call(door.url, 'POST', '/', { body })).text).toBe(String(LARGE));
    const headers = { 'Transfer-Encoding': 'chunked' };
    expect((await call(door.url, 'POST', '/', { headers, body })).text).toBe(String(LARGE));
    expect((await call(door.url, 'POST', '/')).text).toBe('0');
  });

  it('is refused by the API before all of it has been sent', async () => {
    const headers = new Map([['x-amz-apigw-id', ['1a2b=']]]);
    const door = await frontDoorOf((_, response) => {
      send(response, { statusCode: 413, headers, body: Buffer.from('too large') });
    });
    const head = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${LARGE}\r\n\r\n`;
    expect(await exchange(door.port, head, Buffer.alloc(LARGE, 'x'))).toMatch(/^HTTP\/1.1 413 .*too large/s);
  });

  it('that is none gets a response as the API words it', async () => {
    const door = await frontDoorOf(echo);
    const response = await exchange(door.port, 'get / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(response).toMatch(/^HTTP\/1.1 400 Bad Request\r\n.*Access-Control-Allow-Origin: \*\r\n.*\{"error":"/s);
    const large = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`;
    expect(await exchange(door.port, large)).toMatch(/^HTTP\/1.1 431 .*too large/s);
  });
});

describe('a response', () => {
  it('passes through while the API still writes it', async () => {
    const rest = Promise.withResolvers<void>();
    const door = await frontDoorOf(async (_, response) => {
      response.writeHead(200, FROM_API).write('first');
      await rest.promise;
      response.end(Buffer.alloc(LARGE, 'x'));
    });
    const { body } = await fetch(door.url);
    const chunks = (body as ReadableStream<Uint8Array>)[Symbol.asyncIterator]();
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe('first');
    rest.resolve();
    let length = 0;
    for (let chunk = await chunks.next(); !chunk.done; chunk = await chunks.next()) length += chunk.value.length;
    expect(length).toBe(LARGE);
  });

  it.each([
    ['GET', 404, '{"error":"There is no such order."}'],
    ['HEAD', 200, ''],
    ['DELETE', 403, '{"message":"Missing Authentication Token"}'],
    ['OPTIONS', 204, ''],
  ])('of the API itself to %s is not touched: %i', async (method, status, body) => {
    const cors = { 'Access-Control-Allow-Origin': 'http://site.example', 'Access-Control-Allow-Methods': 'GET' };
    const door = await frontDoorOf((_, response) => response.writeHead(status, { ...FROM_API, ...cors }).end(body));
    const response = await call(door.url, method, '/api/orders/7');
    expect(response).toMatchObject({ status, text: body });
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': 'http://site.example',
      'access-control-allow-methods': 'GET',
    });
  });

  it('that breaks off breaks off for the client, too', async () => {
    const door = await frontDoorOf((_, response) => {
      response.writeHead(200, { ...FROM_API, 'Content-Length': '10' });
      response.write('12345', () => response.destroy());
    });
    await expect(fetch(door.url).then((response) => response.text())).rejects.toThrow();
  });

  it('with a redirect is not followed', async () => {
    const Location = 'http://127.0.0.1:9/receipts/7?X-Amz-Signature=a%2Fb';
    const door = await frontDoorOf((_, response) => response.writeHead(302, { ...FROM_API, Location }).end());
    expect(await call(door.url, 'GET', '/')).toMatchObject({ status: 302, headers: { location: Location } });
  });
});

describe('clients are told to come again, also from other origins,', () => {
  const unavailable = (sentence: RegExp) => ({
    status: 503,
    headers: expect.objectContaining({ 'retry-after': '5', 'access-control-allow-origin': '*' }),
    text: expect.stringMatching(sentence),
  });

  it('while LocalStack does not respond', async () => {
    const log = memoryLog();
    const door = await frontDoorTo('http://127.0.0.1:9', log);
    expect(await call(door.url, 'GET', '/health')).toMatchObject(
      unavailable(/^\{"error":"LocalStack .* -- status` .*"\}$/),
    );
    expect(log.lines).toHaveLength(2);
    const broken = await frontDoorOf((request) => request.socket.destroy());
    expect(await call(broken.url, 'POST', '/', { body: '{}' })).toMatchObject(
      unavailable(/LocalStack does not respond/),
    );
  });

  // LocalStack's own words for an unknown API, and those of its S3 while it has loaded no API Gateway.
  it.each([
    ['GET', 404, `{"message": "The API id 'orders' does not correspond to a deployed API Gateway API"}`],
    ['GET', 404, '<Error><Code>NoSuchBucket</Code></Error>'],
    ['OPTIONS', 200, ''],
  ])('while there is no API, for which LocalStack responds to %s with %i %s', async (method, status, body) => {
    const door = await frontDoorOf((_, response) => response.writeHead(status).end(body));
    const response = await call(door.url, method, '/api/orders');
    expect(response).toMatchObject(unavailable(/^\{"error":"LocalStack .* -- deploy` .*"\}$/));
    expect((await call(door.url, 'HEAD', '/')).status).toBe(503);
    expect((await call(door.url, 'POST', '/', { body: Buffer.alloc(LARGE) })).status).toBe(503);
  });

  it('but not when LocalStack fails at a request', async () => {
    const door = await frontDoorOf((_, response) => response.writeHead(500).end('Error in apigateway invocation'));
    expect(await call(door.url, 'GET', '/')).toMatchObject({
      status: 502,
      text: expect.stringMatching(/^\{"error":"/),
    });
  });

  it('and get through as soon as it is there', async () => {
    let deployed = false;
    const door = await frontDoorOf((_, response) =>
      response.writeHead(deployed ? 200 : 404, deployed ? FROM_API : {}).end(),
    );
    expect((await call(door.url, 'GET', '/health')).status).toBe(503);
    deployed = true;
    expect((await call(door.url, 'GET', '/health')).status).toBe(200);
  });
});

describe("an error of LocalStack's API Gateway", () => {
  const refusing = (status: number, errorType: string) =>
    frontDoorOf((_, response) => {
      const headers = { ...FROM_API, 'Content-Type': 'application/json', 'x-amzn-ErrorType': errorType };
      response.writeHead(status, headers).end('{"message": "Words of its own"}');
    });

  it('is worded as the template says, headers included', async () => {
    const door = await refusing(404, 'MissingAuthenticationTokenException');
    const response = await call(door.url, 'GET', '/api/nothing');
    expect(response).toMatchObject({
      status: 404,
      text: '{"error":"There is no such path."}',
      headers: { 'access-control-allow-origin': '*', 'x-amzn-requestid': 'f00' },
    });
  });

  it('falls back to the template for all of its class', async () => {
    const door = await refusing(413, 'RequestTooLargeException');
    expect(await call(door.url, 'POST', '/api/orders')).toMatchObject({
      status: 413,
      text: '{"error":"Request Too Long"}',
    });
  });

  it('tells a function that did not run from one that failed by the status', async () => {
    const refused = await refusing(503, 'InternalServerErrorException');
    expect((await call(refused.url, 'GET', '/health')).headers['retry-after']).toBe('5');
    const failed = await refusing(502, 'InternalServerErrorException');
    const response = await call(failed.url, 'GET', '/health');
    expect(response.status).toBe(502);
    expect(response.headers['retry-after']).toBeUndefined();
  });

  it('of a kind that is not known passes as it is', async () => {
    const door = await refusing(409, 'ConflictException');
    expect(await call(door.url, 'GET', '/health')).toMatchObject({
      status: 409,
      text: '{"message": "Words of its own"}',
    });
  });
});
