import { describe, expect, it } from 'vitest';
import { call } from '../../../http/http-fixture.ts';
import { apiDefinition, fakeInvoke, lambdaRoute, servedApi } from '../gateway-fixture.ts';
import { TokenBucket } from './token-bucket.ts';

const slow = { perSecond: 0.001, burst: 2 };
const orders = { ...lambdaRoute('POST', '/orders'), throttle: slow };
const health = { ...lambdaRoute('GET', '/health'), throttle: slow };
const open = lambdaRoute('GET', '/open');

/** The statuses of requests, one after the other. */
async function statuses(url: string, method: string, path: string, times: number): Promise<number[]> {
  const received: number[] = [];
  for (let each = 0; each < times; each += 1) received.push((await call(url, method, path)).status);
  return received;
}

describe('a stage', () => {
  it('throttles each method by itself, and its function is not called', async () => {
    const { invoke, events } = fakeInvoke();
    const { url } = await servedApi(apiDefinition([orders, health]), invoke);
    expect(await statuses(url, 'POST', '/orders', 4)).toEqual([200, 200, 429, 429]);
    expect(await statuses(url, 'GET', '/health', 3)).toEqual([200, 200, 429]);
    expect(events).toHaveLength(4);
  });

  it('responds as AWS does, or as the gateway response THROTTLED says', async () => {
    const plain = await servedApi(apiDefinition([orders]));
    await statuses(plain.url, 'POST', '/orders', 2);
    const refused = await call(plain.url, 'POST', '/orders');
    expect(refused).toMatchObject({ status: 429, text: '{"message":"Too Many Requests"}' });
    expect(refused.headers['x-amzn-errortype']).toBe('TooManyRequestsException');

    const THROTTLED = { headers: { 'Retry-After': "'1'" }, templates: { 'application/json': '{"error":"Later."}' } };
    const worded = await servedApi(apiDefinition([orders], { THROTTLED }));
    await statuses(worded.url, 'POST', '/orders', 2);
    const again = await call(worded.url, 'POST', '/orders');
    expect(again).toMatchObject({ status: 429, text: '{"error":"Later."}', headers: { 'retry-after': '1' } });
  });

  it('does not read the body of a request that it throttles', async () => {
    const { url } = await servedApi(apiDefinition([{ ...orders, throttle: { perSecond: 0, burst: 1 } }]));
    const body = Buffer.alloc(11 * 1024 * 1024);
    expect((await call(url, 'POST', '/orders', { body })).status).toBe(429);
  });

  it('does not ask the authorizer about a request that it throttles', async () => {
    const identitySources = [{ from: 'header', name: 'Authorization' }] as const;
    const authorizer = {
      id: 'a',
      type: 'TOKEN',
      functionArn: 'arn:guard',
      resultTtlSeconds: 0,
      identitySources,
    } as const;
    const { invoke, events } = fakeInvoke();
    const { url } = await servedApi(apiDefinition([{ ...orders, authorizer }]), invoke);
    const headers = { Authorization: 'Bearer t' };
    const responses = [];
    for (let each = 0; each < 3; each += 1) responses.push((await call(url, 'POST', '/orders', { headers })).status);
    // What it returns is no policy.
    expect(responses).toEqual([500, 500, 429]);
    expect(events).toMatchObject([{ type: 'TOKEN' }, { type: 'TOKEN' }]);
  });

  it('shares what the account may do with the other APIs', async () => {
    const account = new TokenBucket({ perSecond: 0.001, burst: 3 });
    const [one, other] = await Promise.all([0, 1].map(() => servedApi(apiDefinition([open]), undefined, { account })));
    expect(await statuses(one?.url ?? '', 'GET', '/open', 2)).toEqual([200, 200]);
    expect(await statuses(other?.url ?? '', 'GET', '/open', 2)).toEqual([200, 429]);
  });
});
