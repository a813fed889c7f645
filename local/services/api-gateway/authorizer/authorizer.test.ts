import { describe, expect, it } from 'vitest';
import { call } from '../../../http/http-fixture.ts';
import { LambdaError } from '../../lambda/errors.ts';
import { API_ARN, guardedApi, type Outcome, policyResult } from './authorizer-fixture.ts';

const token = (value: string) => ({ headers: { Authorization: value } });
const allow = (): Outcome => ({ result: policyResult() });

describe('a route with an authorizer', () => {
  it('asks the function about the token and the method, then passes the request on', async () => {
    const { url, asked, handled } = await guardedApi(allow);
    expect((await call(url, 'GET', '/orders/a%20b?x=1', token('Bearer abc'))).status).toBe(200);
    expect(asked).toEqual([
      { type: 'TOKEN', authorizationToken: 'Bearer abc', methodArn: `${API_ARN}/GET/orders/a%20b` },
    ]);
    expect(handled).toHaveLength(1);
  });

  it('hands the handler the principal and the context as text, and the time it took', async () => {
    const { url, handled } = await guardedApi(() => ({
      result: { ...policyResult(), context: { userId: 'ada', operator: false, exp: 17 } },
    }));
    await call(url, 'GET', '/orders', token('t'));
    expect(handled[0]?.requestContext.authorizer).toEqual({
      principalId: 'ada',
      userId: 'ada',
      operator: 'false',
      exp: '17',
      integrationLatency: expect.any(Number),
    });
  });

  it('leaves open routes alone', async () => {
    const { url, asked, handled } = await guardedApi(allow);
    expect((await call(url, 'GET', '/health')).status).toBe(200);
    expect(asked).toEqual([]);
    expect(handled[0]?.requestContext).not.toHaveProperty('authorizer');
  });

  it.each([
    ['no token', {}],
    ['an empty token', { headers: { Authorization: '' } }],
    ['a token of another form', token('Basic abc')],
    ['a token that only begins as it should', token('Bearer a b')],
  ])('refuses %s without asking', async (_, options) => {
    const identityValidation = /^(?:Bearer \S+)$/;
    const { url, asked, handled } = await guardedApi(allow, { identityValidation });
    const response = await call(url, 'GET', '/orders', options);
    expect(response).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}' });
    expect(response.headers['x-amzn-errortype']).toBe('UnauthorizedException');
    expect([asked, handled]).toEqual([[], []]);
  });

  it.each<[string, Outcome, number, unknown]>([
    ['the message Unauthorized', { failsWith: 'Unauthorized' }, 401, 'Unauthorized'],
    ['another message', { failsWith: 'Unauthorized: expired' }, 500, null],
    ['no result', { result: null }, 500, null],
    ['no principal', { result: { policyDocument: policyResult().policyDocument } }, 500, null],
    ['no policy', { result: { principalId: 'ada' } }, 500, null],
    ['a nested context', { result: { ...policyResult(), context: { roles: ['a'] } } }, 500, null],
    ['a null in the context', { result: { ...policyResult(), context: { role: null } } }, 500, null],
  ])('responds to a function that ends with %s', async (_, outcome, status, message) => {
    const { url, handled } = await guardedApi(() => outcome);
    const response = await call(url, 'GET', '/orders', token('t'));
    expect([response.status, JSON.parse(response.text)]).toEqual([status, { message }]);
    const errorType = status === 401 ? 'UnauthorizedException' : 'AuthorizerConfigurationException';
    expect(response.headers['x-amzn-errortype']).toBe(errorType);
    expect(handled).toEqual([]);
  });

  it('returns 500 when the function does not run', async () => {
    const { url } = await guardedApi(() => {
      throw new LambdaError('TooManyRequestsException', 'Rate Exceeded.');
    });
    expect((await call(url, 'GET', '/orders', token('t'))).status).toBe(500);
  });

  it.each([
    ['denies the method', policyResult({ Effect: 'Deny', Resource: '*' }), ' with an explicit deny'],
    ['does not mention the method', policyResult({ Resource: `${API_ARN}/POST/*` }), ''],
  ])('returns 403 when the policy %s', async (_, result, ending) => {
    const { url, handled } = await guardedApi(() => ({ result }));
    const response = await call(url, 'GET', '/orders', token('t'));
    expect(response.status).toBe(403);
    expect(response.text).toBe(`{"Message":"User is not authorized to access this resource${ending}"}`);
    expect(response.headers['x-amzn-errortype']).toBe('AccessDeniedException');
    expect(handled).toEqual([]);
  });

  it('refuses with the gateway responses, which may use what the authorizer returned', async () => {
    const gatewayResponses = {
      UNAUTHORIZED: {
        headers: { 'WWW-Authenticate': "'Bearer'" },
        templates: { 'application/json': '{"error":"Sign in."}' },
      },
      ACCESS_DENIED: {
        headers: {},
        templates: {
          'application/json': '{"error":"$context.authorizer.principalId may not: $context.authorizer.user_1."}',
        },
      },
      AUTHORIZER_CONFIGURATION_ERROR: {
        statusCode: 503,
        headers: { 'Retry-After': "'5'" },
        templates: { 'application/json': '{"error":$context.error.messageString}' },
      },
      INTEGRATION_FAILURE: {
        statusCode: 503,
        headers: { 'X-Who': 'context.authorizer.principalId' },
        templates: { 'application/json': '{"error":"busy"}' },
      },
    };
    const { url } = await guardedApi(
      ({ authorizationToken }) => {
        if (authorizationToken === 'broken') return { failsWith: 'the issuer is away' };
        const statement = { Resource: authorizationToken === 'none' ? `${API_ARN}/PUT/*` : '*' };
        return { result: { ...policyResult(statement), context: { user_1: true } } };
      },
      {},
      {
        gatewayResponses,
        handler: async () => {
          throw new LambdaError('TooManyRequestsException', 'Rate Exceeded.');
        },
      },
    );
    const missing = await call(url, 'GET', '/orders');
    expect(missing).toMatchObject({ status: 401, text: '{"error":"Sign in."}' });
    expect(missing.headers['www-authenticate']).toBe('Bearer');
    expect(await call(url, 'GET', '/orders', token('none'))).toMatchObject({
      status: 403,
      text: '{"error":"ada may not: true."}',
    });
    const broken = await call(url, 'GET', '/orders', token('broken'));
    expect(broken).toMatchObject({ status: 503, text: '{"error":null}' });
    expect(broken.headers['retry-after']).toBe('5');
    const busy = await call(url, 'GET', '/orders', token('all'));
    expect(busy).toMatchObject({ status: 503, text: '{"error":"busy"}' });
    expect(busy.headers['x-who']).toBe('ada');
  });
});

describe('the result of an authorizer', () => {
  it('is cached for the caller, and evaluated for each method', async () => {
    const { url, asked, handled } = await guardedApi(() => ({
      result: policyResult({ Resource: [`${API_ARN}/GET/*`] }, { Effect: 'Deny', Resource: `${API_ARN}/*/orders/7` }),
    }));
    const statuses = async (value: string) => [
      (await call(url, 'GET', '/orders', token(value))).status,
      (await call(url, 'GET', '/orders/6', token(value))).status,
      (await call(url, 'GET', '/orders/7', token(value))).status,
      (await call(url, 'POST', '/orders', token(value))).status,
    ];
    expect(await statuses('a')).toEqual([200, 200, 403, 403]);
    expect(asked).toHaveLength(1);
    expect(handled[1]?.requestContext.authorizer?.integrationLatency).toBe(0);
    expect(await statuses('b')).toEqual([200, 200, 403, 403]);
    expect(asked).toHaveLength(2);
  });

  it('is cached for its time and no longer', async () => {
    const { url, asked } = await guardedApi(allow, { resultTtlSeconds: 0.1 });
    await expect
      .poll(async () => {
        await call(url, 'GET', '/orders', token('t'));
        return asked.length;
      })
      .toBe(2);
  });

  it('is forgotten when the code of the function is swapped, also one that the former code gives later', async () => {
    const { promise: formerAnswer, resolve } = Promise.withResolvers<Outcome>();
    let codeDir = '/code/1';
    const answers = [formerAnswer, { failsWith: 'Unauthorized' }, allow()];
    const { url, asked } = await guardedApi(
      () => answers[asked.length - 1] as Outcome,
      {},
      {
        definitionOf: () => ({ label: 'guard', codeDir }),
      },
    );
    const status = async () => (await call(url, 'GET', '/orders', token('t'))).status;
    const underWay = status();
    await expect.poll(() => asked.length).toBe(1);
    codeDir = '/code/2';
    resolve(allow());
    expect([await underWay, await status(), await status(), await status()]).toEqual([200, 401, 200, 200]);
    expect(asked).toHaveLength(3);
  });

  it('is not cached when the time is 0, nor when the function failed', async () => {
    const uncached = await guardedApi(allow, { resultTtlSeconds: 0 });
    const failing = await guardedApi(() => ({ failsWith: 'Unauthorized' }));
    for (const { url, asked } of [uncached, failing]) {
      await call(url, 'GET', '/orders', token('t'));
      await call(url, 'GET', '/orders', token('t'));
      expect(asked).toHaveLength(2);
    }
  });
});

describe('a REQUEST authorizer', () => {
  const overrides = {
    type: 'REQUEST',
    identitySources: [
      { from: 'header', name: 'X-Tenant' },
      { from: 'querystring', name: 'key' },
      { from: 'context', name: 'identity.sourceIp' },
    ],
  } as const;

  it('gets the request without its body, and empty maps for what it does not have', async () => {
    const { url, asked } = await guardedApi(allow, overrides);
    await call(url, 'POST', '/orders?key=k&key=l', { headers: { 'X-Tenant': 'acme' }, body: '{}' });
    expect(asked).toEqual([
      expect.objectContaining({
        type: 'REQUEST',
        methodArn: `${API_ARN}/POST/orders`,
        resource: '/orders',
        path: '/orders',
        httpMethod: 'POST',
        headers: expect.objectContaining({ 'X-Tenant': 'acme' }),
        queryStringParameters: { key: 'l' },
        multiValueQueryStringParameters: { key: ['k', 'l'] },
        pathParameters: {},
        stageVariables: {},
        requestContext: expect.objectContaining({ apiId: 'abc123', stage: 'dev', httpMethod: 'POST' }),
      }),
    ]);
    expect(asked[0]).not.toHaveProperty('body');
    await call(url, 'GET', '/orders/7?key=k', { headers: { 'X-Tenant': 'acme' } });
    expect(asked[1]).toMatchObject({ pathParameters: { id: '7' } });
  });

  it('is asked once for each combination of its identity sources, and not when one is missing', async () => {
    const { url, asked } = await guardedApi(allow, overrides);
    const headers = { 'X-Tenant': 'acme' };
    expect((await call(url, 'GET', '/orders', { headers })).status).toBe(401);
    expect((await call(url, 'GET', '/orders?key=', { headers })).status).toBe(401);
    expect((await call(url, 'GET', '/orders?key=k')).status).toBe(401);
    expect(asked).toHaveLength(0);
    for (const path of ['/orders?key=k', '/orders/7?key=k', '/orders?key=l']) await call(url, 'GET', path, { headers });
    expect(asked).toHaveLength(2);
  });

  it('needs no identity sources when results are not cached', async () => {
    const { url, asked } = await guardedApi(allow, { type: 'REQUEST', identitySources: [], resultTtlSeconds: 0 });
    expect((await call(url, 'GET', '/orders')).status).toBe(200);
    expect(asked).toHaveLength(1);
  });
});
