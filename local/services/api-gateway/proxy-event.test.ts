import { describe, expect, it } from 'vitest';
import { call, exchange } from '../../http/http-fixture.ts';
import { apiDefinition, fakeInvoke, lambdaRoute, servedApi } from './gateway-fixture.ts';

async function eventOf(method: string, path: string, options: Parameters<typeof call>[3] = {}, binary: string[] = []) {
  const { invoke, events } = fakeInvoke();
  const routes = [lambdaRoute('ANY', '/api/orders'), lambdaRoute('ANY', '/api/orders/{id}')];
  const api = await servedApi(apiDefinition(routes, {}, binary), invoke);
  await call(api.url, method, path, options);
  return { event: events[0] as Record<string, unknown> & { headers: Record<string, string> }, port: api.port };
}

describe('the event of a request', () => {
  it('has the keys of an AWS event, with null for what is missing', async () => {
    const { event, port } = await eventOf('GET', '/api/orders', {
      headers: { 'user-agent': 'test/1', 'X-Custom': 'a' },
    });
    expect(event).toEqual({
      resource: '/api/orders',
      path: '/api/orders',
      httpMethod: 'GET',
      headers: {
        'User-Agent': 'test/1',
        'X-Custom': 'a',
        Host: `127.0.0.1:${port}`,
        'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
        'X-Forwarded-For': '127.0.0.1',
        'X-Forwarded-Port': String(port),
        'X-Forwarded-Proto': 'http',
      },
      multiValueHeaders: expect.objectContaining({ 'X-Custom': ['a'], 'X-Forwarded-For': ['127.0.0.1'] }),
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      requestContext: {
        resourceId: expect.stringMatching(/^\w{6}$/),
        resourcePath: '/api/orders',
        httpMethod: 'GET',
        extendedRequestId: expect.stringMatching(/=$/),
        requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        path: '/dev/api/orders',
        accountId: '000000000000',
        protocol: 'HTTP/1.1',
        stage: 'dev',
        domainPrefix: '127',
        requestTimeEpoch: expect.any(Number),
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        identity: {
          accessKey: null,
          accountId: null,
          caller: null,
          cognitoAuthenticationProvider: null,
          cognitoAuthenticationType: null,
          cognitoIdentityId: null,
          cognitoIdentityPoolId: null,
          principalOrgId: null,
          sourceIp: '127.0.0.1',
          user: null,
          userAgent: 'test/1',
          userArn: null,
        },
        domainName: '127.0.0.1',
        deploymentId: expect.stringMatching(/^\w{6}$/),
        apiId: 'abc123',
      },
      body: null,
      isBase64Encoded: false,
    });
  });

  it('holds decoded query values: the last one by name, and all of them in order', async () => {
    const { event } = await eventOf('GET', '/api/orders?a=1&a=x+y%2Bz&empty=&bare&%C3%A4=1&__proto__=p&&');
    expect(event.queryStringParameters).toEqual(
      Object.fromEntries([
        ['a', 'x y+z'],
        ['empty', ''],
        ['bare', ''],
        ['ä', '1'],
        ['__proto__', 'p'],
      ]),
    );
    expect(event.multiValueQueryStringParameters).toMatchObject({ a: ['1', 'x y+z'], empty: [''] });
  });

  it('takes a semicolon in the query for the end of a value, and leaves an encoded one alone', async () => {
    const { event } = await eventOf('GET', '/api/orders?a=1;b=2&c=3%3B4');
    expect(event.queryStringParameters).toEqual({ a: '1', b: '2', c: '3;4' });
  });

  it('keeps percent-encoding and a trailing slash in the path', async () => {
    const { event } = await eventOf('GET', '/api/orders/a%2Bb%20c/');
    expect(event.path).toBe('/api/orders/a%2Bb%20c/');
    expect(event.pathParameters).toEqual({ id: 'a%2Bb%20c' });
    expect(event.resource).toBe('/api/orders/{id}');
  });

  // Recorded from AWS: test_lambda_aws_proxy_integration in LocalStack's snapshots.
  it.each([
    ['//api/orders', '/api/orders', '/dev//api/orders'],
    ['///api/orders//', '/api/orders//', '/dev///api/orders//'],
    ['/api/orders/a%2Fb', '/api/orders/a%2Fb', '/dev/api/orders/a%2Fb'],
  ])('takes slashes before the path as one: %s is %s, and %s with its stage', async (sent, path, withStage) => {
    const { event } = await eventOf('GET', sent);
    expect(event).toMatchObject({ path, requestContext: { path: withStage } });
  });

  it('has the variables of the stage', async () => {
    const { invoke, events } = fakeInvoke();
    const stageVariables = { tenant: 'a' };
    const api = await servedApi({ ...apiDefinition([lambdaRoute('GET', '/')]), stageVariables }, invoke);
    await call(api.url, 'GET', '/');
    expect(events[0]).toMatchObject({ stageVariables });
  });

  it('holds the body of a GET request, as regional APIs pass it on', async () => {
    const body = '{"quantity":2}';
    expect((await eventOf('GET', '/api/orders', { headers: { 'Content-Length': 14 }, body })).event.body).toBe(body);
    const chunked = { headers: { 'Transfer-Encoding': 'chunked' }, body };
    expect((await eventOf('GET', '/api/orders', chunked)).event.body).toBe(body);
  });

  it('holds a body that the client sends once it is asked for it, and not the expectation', async () => {
    const { invoke, events } = fakeInvoke();
    const api = await servedApi(apiDefinition([lambdaRoute('POST', '/')]), invoke);
    const head =
      'POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n';
    expect(await exchange(api.port, head, '{}')).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/);
    expect(events[0]).toMatchObject({
      body: '{}',
      headers: expect.not.objectContaining({ Expect: expect.anything() }),
    });
  });

  it('names no domain for a client of HTTP/1.0 that sends no Host', async () => {
    const { invoke, events } = fakeInvoke({ statusCode: 200, body: 'ok' });
    const api = await servedApi(apiDefinition([lambdaRoute('GET', '/')]), invoke);
    expect(await exchange(api.port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 OK\r\n.*\r\n\r\nok$/s);
    expect(events[0]).toMatchObject({ requestContext: { protocol: 'HTTP/1.0', domainName: '', domainPrefix: '' } });
  });

  it('keeps repeated headers, and drops those that API Gateway does not pass on', async () => {
    const { event } = await eventOf('POST', '/api/orders', {
      headers: [
        'Host',
        'shop.localhost:81',
        'x-tag',
        'a',
        'X-Tag',
        'b',
        'authorization',
        'Bearer t',
        'Connection',
        'close',
        'TE',
        'trailers',
        'X-Forwarded-For',
        '10.0.0.1',
        'X-Forwarded-Proto',
        'https',
        'Content-Length',
        '2',
      ],
      body: '{}',
    });
    expect(event.multiValueHeaders).toMatchObject({ 'x-tag': ['a', 'b'] });
    expect(event.headers).toMatchObject({
      Host: 'shop.localhost:81',
      'x-tag': 'b',
      Authorization: 'Bearer t',
      'X-Forwarded-For': '10.0.0.1, 127.0.0.1',
      'X-Forwarded-Proto': 'http',
    });
    expect(Object.keys(event.headers).map((name) => name.toLowerCase())).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(connection|te|content-length)$/)]),
    );
    expect(event.body).toBe('{}');
  });

  it("keeps the client's trace id", async () => {
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
    const { event } = await eventOf('GET', '/api/orders', { headers: { 'X-Amzn-Trace-Id': trace } });
    expect(event.headers['X-Amzn-Trace-Id']).toBe(trace);
  });

  it('has a base64 body only for a binary media type', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x80]);
    const png = { headers: { 'Content-Type': 'image/png' }, body: bytes };
    expect((await eventOf('POST', '/api/orders', png, ['image/*'])).event).toMatchObject({
      body: bytes.toString('base64'),
      isBase64Encoded: true,
    });
    const text = { ...png, body: '\uFEFFü' };
    expect((await eventOf('POST', '/api/orders', text)).event).toMatchObject({
      body: text.body,
      isBase64Encoded: false,
    });
  });

  it('is not made of a body that is neither UTF-8 nor binary: the client gets 400', async () => {
    const { invoke, events } = fakeInvoke();
    const api = await servedApi(apiDefinition([lambdaRoute('POST', '/api/orders')]), invoke);
    const response = await call(api.url, 'POST', '/api/orders', { body: Buffer.from([0x22, 0xc3, 0x28, 0x22]) });
    expect(response).toMatchObject({ status: 400, text: '{"message":"The request body is not valid UTF-8"}' });
    expect(events).toEqual([]);
  });
});
