import { describe, expect, it } from 'vitest';
import { stackOf } from '../../../assembly/deploy-fixture.ts';
import { call } from '../../../http/http-fixture.ts';
import { servicesFixture } from '../../services-fixture.ts';
import { guardedApi, policyResult } from '../authorizer/authorizer-fixture.ts';
import { apiDefinition, fakeInvoke, lambdaRoute, servedApi } from '../gateway-fixture.ts';
import { UsagePlans } from './usage-plans.ts';

const API = { apiId: 'abc123', stage: 'dev' };
const KEY = { id: 'key1', value: 'a-key-of-twenty-letters', enabled: true };
const FORBIDDEN = { status: 403, text: '{"message":"Forbidden"}' };

/** Plans of which one has the key and the stage. */
function plansWith(plan: Partial<Parameters<UsagePlans['plans']['set']>[1]> = {}, key = KEY): UsagePlans {
  const plans = new UsagePlans();
  plans.keys.set(key.id, key);
  plans.plans.set('plan', { stages: [API], ...plan });
  plans.keysOfPlans.set('key of plan', { planId: 'plan', keyId: key.id });
  return plans;
}

async function protectedApi(usagePlans: UsagePlans) {
  const { invoke, events } = fakeInvoke();
  const guarded = { ...lambdaRoute('GET', '/orders'), apiKeyRequired: true };
  const api = await servedApi(apiDefinition([guarded, lambdaRoute('GET', '/health')]), invoke, { usagePlans });
  const get = (key?: string, path = '/orders') =>
    call(api.url, 'GET', path, { headers: key === undefined ? {} : { 'X-Api-Key': key } });
  return { get, events };
}

describe('a method that wants an API key', () => {
  it('takes a key of a usage plan of its stage, and tells the function which', async () => {
    const { get, events } = await protectedApi(plansWith());
    expect((await get(KEY.value)).status).toBe(200);
    expect(events).toMatchObject([{ requestContext: { identity: { apiKey: KEY.value, apiKeyId: KEY.id } } }]);
  });

  it.each<[string, string | undefined, UsagePlans]>([
    ['no key', undefined, plansWith()],
    ['another key', 'another-key-of-letters', plansWith()],
    ['a key that is disabled', KEY.value, plansWith({}, { ...KEY, enabled: false })],
    ['a key of a plan for another stage', KEY.value, plansWith({ stages: [{ ...API, stage: 'prod' }] })],
    ['a key of a plan for another API', KEY.value, plansWith({ stages: [{ ...API, apiId: 'other' }] })],
    ['a key of no plan', KEY.value, new UsagePlans()],
  ])('refuses %s', async (_, key, plans) => {
    const { get, events } = await protectedApi(plans);
    const refused = await get(key);
    expect(refused).toMatchObject(FORBIDDEN);
    expect(refused.headers['x-amzn-errortype']).toBe('ForbiddenException');
    expect(events).toEqual([]);
  });

  it('leaves the other methods alone', async () => {
    const { get, events } = await protectedApi(new UsagePlans());
    expect((await get(undefined, '/health')).status).toBe(200);
    expect(JSON.stringify(events)).not.toContain('apiKey');
  });

  it('throttles each key as its plan says', async () => {
    const { get } = await protectedApi(plansWith({ throttle: { perSecond: 0.001, burst: 1 } }));
    expect((await get(KEY.value)).status).toBe(200);
    expect(await get(KEY.value)).toMatchObject({ status: 429, text: '{"message":"Too Many Requests"}' });
  });

  it('counts the requests of a key until its quota is used up', async () => {
    const { get } = await protectedApi(plansWith({ quota: { limit: 2, period: 'MONTH' } }));
    expect([(await get(KEY.value)).status, (await get(KEY.value)).status]).toEqual([200, 200]);
    const refused = await get(KEY.value);
    expect(refused).toMatchObject({ status: 429, text: '{"message":"Limit Exceeded"}' });
    expect(refused.headers['x-amzn-errortype']).toBe('LimitExceededException');
  });

  it('takes it from the authorizer where the API says so', async () => {
    const decide = (usageIdentifierKey?: string) => async () => ({
      result: { ...policyResult(), ...(usageIdentifierKey && { usageIdentifierKey }) },
    });
    const options = { apiKeySource: 'AUTHORIZER' as const, usagePlans: plansWith() };
    const headers = { Authorization: 'Bearer a', 'X-Api-Key': KEY.value };
    const good = await guardedApi(decide(KEY.value), {}, options);
    expect((await call(good.url, 'GET', '/orders', { headers })).status).toBe(200);
    const without = await guardedApi(decide(), {}, options);
    expect(await call(without.url, 'GET', '/orders', { headers })).toMatchObject(FORBIDDEN);
  });
});

describe('a quota', () => {
  it.each([
    ['DAY', '2026-11-27T23:59:59Z', '2026-11-28T00:00:00Z'],
    ['WEEK', '2026-11-28T23:59:59Z', '2026-11-29T00:00:00Z'], // Saturday to Sunday
    ['MONTH', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z'],
  ] as const)('of a %s begins anew with it, and not before', (period, last, next) => {
    const plans = plansWith({ quota: { limit: 1, period } });
    const start = new Date(Date.parse(last) - 1_000);
    plans.admit(KEY.value, API, start);
    expect(() => plans.admit(KEY.value, API, new Date(last))).toThrow('Limit Exceeded');
    expect(plans.admit(KEY.value, API, new Date(next))).toBe(KEY);
  });
});

it('keys and usage plans of a template belong together', async () => {
  const { apiGateway, deploy } = servicesFixture();
  const Resources = {
    Api: { Type: 'AWS::ApiGateway::RestApi' },
    Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Value: KEY.value } },
    Made: { Type: 'AWS::ApiGateway::ApiKey', Properties: {} },
    Plan: {
      Type: 'AWS::ApiGateway::UsagePlan',
      Properties: {
        ApiStages: [{ ApiId: { Ref: 'Api' }, Stage: 'dev' }],
        Throttle: { RateLimit: 2, BurstLimit: 4 },
        Quota: { Limit: 10, Period: 'DAY' },
      },
    },
    PlanKey: {
      Type: 'AWS::ApiGateway::UsagePlanKey',
      Properties: { KeyId: { Ref: 'Key' }, KeyType: 'API_KEY', UsagePlanId: { Ref: 'Plan' } },
    },
  };
  await deploy([stackOf('app', { Resources })]);
  const { usagePlans, restApis } = apiGateway;
  const [apiId = ''] = restApis.keys();
  expect(usagePlans.admit(KEY.value, { apiId, stage: 'dev' })).toMatchObject({ value: KEY.value });
  expect([...usagePlans.plans.values()]).toEqual([
    { stages: [{ apiId, stage: 'dev' }], throttle: { perSecond: 2, burst: 4 }, quota: { limit: 10, period: 'DAY' } },
  ]);
  const made = [...usagePlans.keys.values()].find(({ enabled }) => !enabled);
  expect(made?.value).toMatch(/^[0-9a-f]{40}$/);
});
