import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { COMMON_RESPONSES, TOKEN_RESPONSES } from '../contract/http/routes.ts';
import { createOrderEndpoint } from '../create-order/endpoint.ts';
import { DEFAULT_SHARD_MAP } from '../domain/shard-map.ts';
import { UsersPlace } from '../domain/users-place.ts';
import { getOrderEndpoint } from '../get-order/endpoint.ts';
import { getReceiptEndpoint } from '../get-receipt/endpoint.ts';
import { getStatsEndpoint } from '../get-stats/endpoint.ts';
import { healthEndpoint } from '../health/endpoint.ts';
import { httpHandler } from '../http/pipeline.ts';
import { listOrdersEndpoint } from '../list-orders/endpoint.ts';
import { overviewEndpoint } from '../overview/endpoint.ts';
import { call, postJson, type RequestParts, signedIn } from '../testing/api-request.ts';
import { MemoryMoves } from '../testing/memory-moves.ts';
import { MemoryOrders } from '../testing/memory-orders.ts';
import { MemoryPartHistory } from '../testing/memory-part-history.ts';
import { MemoryStatistics } from '../testing/memory-statistics.ts';
import { MemoryEvents, MemoryLog, MemoryMetrics, MemoryReceipts } from '../testing/ports.ts';
import { describeApi } from './describe-api.ts';
import { handler } from './handler.ts';
import type { OpenApiResponse } from './openapi-responses.ts';

type Json = Record<string, unknown>;

const KEYBOARD = { user_id: 'alice', product_name: 'Mechanical Keyboard', quantity: 2, price: 149.99 };
const UNKNOWN = '019d0f2e-7b5c-7000-8000-00000000ffff';
const document = describeApi();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ route: `${method} ${path}`, ...operation })),
);
const operationOf = (route: string) => {
  const found = operations.find((operation) => operation.route === route);
  if (found === undefined) throw new Error(`The document does not know ${route}.`);
  return found;
};

/** A schema of the document as something that checks; with nothing in an object but what the schema names. */
function checkerOf(schema: unknown): z.ZodType {
  const self = JSON.parse(
    JSON.stringify({ ...(schema as Json), $defs: document.components.schemas }).replaceAll(
      '#/components/schemas/',
      '#/$defs/',
    ),
    (_, value) => (value?.properties && value.type === 'object' ? { additionalProperties: false, ...value } : value),
  );
  return z.fromJSONSchema(self);
}

/** The system behind all routes, and one order that is there already. */
async function system() {
  const [orders, receipts, events, log] = [
    new MemoryOrders(),
    new MemoryReceipts(),
    new MemoryEvents(),
    new MemoryLog(),
  ];
  const statistics = new MemoryStatistics();
  const shared = { shards: DEFAULT_SHARD_MAP, orders, log };
  let ids = 0;
  const newId = () => `019d0f2e-7b5c-7000-8000-${String(++ids).padStart(12, '0')}`;
  const places = new UsersPlace(DEFAULT_SHARD_MAP, new MemoryMoves());
  const creating = { ...shared, places, receipts, events, metrics: new MemoryMetrics(), newId, now: () => new Date() };
  const parts = { broken: false };
  const part = { name: 'kafka', check: async () => (parts.broken ? Promise.reject(new Error('down')) : undefined) };
  const system = { ...shared, statistics, history: new MemoryPartHistory() };
  const handlers = {
    'post /api/orders': httpHandler(log, createOrderEndpoint('jwt', creating)),
    'get /api/orders': httpHandler(log, listOrdersEndpoint('jwt', shared)),
    'get /api/orders/{id}': httpHandler(log, getOrderEndpoint('jwt', shared)),
    'get /api/orders/{id}/receipt': httpHandler(log, getReceiptEndpoint('jwt', { ...shared, receipts })),
    'get /api/stats': httpHandler(log, getStatsEndpoint('jwt', { ...shared, statistics })),
    'get /api/overview': httpHandler(log, overviewEndpoint('jwt', { ...system, parts: [part] })),
    'get /health': httpHandler(log, healthEndpoint({ ...system, parts: [part] })),
    'get /api/openapi.json': handler,
  };
  const ask = (route: keyof typeof handlers, request: RequestParts = {}) => call(handlers[route], request);
  const { body } = await ask('post /api/orders', { ...postJson(KEYBOARD), ...signedIn() });
  return { orders, receipts, statistics, parts, ask, handlers, id: body.order.id as string };
}

type System = Awaited<ReturnType<typeof system>>;
type Route = keyof System['handlers'];

const me = signedIn();
const asJson = { headers: { Accept: 'application/json' } };
const withKey = (body: object, key = 'k1') => {
  const request = postJson(body);
  return { ...request, headers: { ...request.headers, 'Idempotency-Key': key }, ...me };
};

/** At least one way to get each response that a function gives; those that the gateway gives are not among them. */
const CASES: readonly [Route, number, string, (system: System) => RequestParts][] = [
  ['post /api/orders', 201, 'an order', () => ({ ...postJson(KEYBOARD), ...me })],
  [
    'post /api/orders',
    201,
    'an order whose receipt is pending',
    ({ receipts }) => {
      receipts.failure = new Error('S3 is down');
      return { ...postJson(KEYBOARD), ...me };
    },
  ],
  ['post /api/orders', 400, 'several wrong fields', () => ({ ...postJson({ user_id: 1, x: 2 }), ...me })],
  ['post /api/orders', 400, 'no JSON', () => ({ ...postJson(1), body: '{', ...me })],
  ['post /api/orders', 401, 'a token that has expired', () => ({ ...postJson(KEYBOARD), ...signedIn({ exp: '1' }) })],
  ['post /api/orders', 403, 'another user', () => ({ ...postJson({ ...KEYBOARD, user_id: 'bob' }), ...me })],
  ['post /api/orders', 413, 'a long body', () => ({ ...postJson('x'.repeat(70_000)), ...me })],
  ['post /api/orders', 415, 'a form', () => ({ headers: { 'Content-Type': 'text/plain' }, body: 'x', ...me })],
  ['post /api/orders', 500, 'a word of nobody', () => postJson(KEYBOARD)],
  [
    'post /api/orders',
    503,
    'a shard that is down',
    ({ orders }) => {
      orders.unavailable.add('shard1');
      return { ...postJson(KEYBOARD), ...me };
    },
  ],
  ['get /api/orders', 200, 'one’s own', () => me],
  [
    'get /api/orders',
    200,
    'an operator while a shard is down',
    ({ orders }) => {
      orders.unavailable.add('shard2');
      return signedIn({ operator: 'true' });
    },
  ],
  ['get /api/orders', 400, 'a wrong limit', () => ({ ...me, query: { limit: 'x' } })],
  ['get /api/orders', 401, 'a token that has expired', () => signedIn({ exp: '1' })],
  ['get /api/orders', 403, 'another user', () => ({ ...me, query: { user_id: 'bob' } })],
  ['get /api/orders', 500, 'a word of nobody', () => ({})],
  [
    'get /api/orders',
    503,
    'a shard that is down',
    ({ orders }) => {
      orders.unavailable.add('shard1');
      return me;
    },
  ],
  ['get /api/orders/{id}', 200, 'an order', ({ id }) => ({ ...me, path: { id } })],
  [
    'get /api/orders/{id}',
    200,
    'an order that has come all the way',
    ({ id, orders }) => {
      const now = new Date();
      orders.ways.set(id, { receiptStoredAt: now, eventPublishedAt: now, position: { partition: 0, offset: 0 } });
      return { ...me, path: { id } };
    },
  ],
  ['get /api/orders/{id}', 404, 'no order', () => ({ ...me, path: { id: UNKNOWN } })],
  ['get /api/orders/{id}', 401, 'a token that has expired', ({ id }) => ({ ...signedIn({ exp: '1' }), path: { id } })],
  [
    'get /api/orders/{id}',
    403,
    'a claim that is no user id',
    ({ id }) => {
      const { userId, ...nobody } = me.authorizer ?? {};
      return { authorizer: nobody, path: { id } };
    },
  ],
  ['get /api/orders/{id}', 500, 'a word of nobody', ({ id }) => ({ path: { id } })],
  [
    'get /api/orders/{id}',
    503,
    'a shard that is down',
    ({ id, orders }) => {
      orders.unavailable.add('shard1');
      return { ...me, path: { id } };
    },
  ],
  ['get /api/orders/{id}/receipt', 302, 'a receipt', ({ id }) => ({ ...me, path: { id } })],
  ['get /api/orders/{id}/receipt', 200, 'the text of a receipt', ({ id }) => ({ ...me, ...asJson, path: { id } })],
  [
    'get /api/orders/{id}/receipt',
    503,
    'the text of a receipt while S3 is down',
    ({ id, receipts }) => {
      receipts.failure = new Error('S3 is down');
      return { ...me, ...asJson, path: { id } };
    },
  ],
  ['get /api/orders/{id}/receipt', 404, 'no order', () => ({ ...me, path: { id: UNKNOWN } })],
  [
    'get /api/orders/{id}/receipt',
    404,
    'a receipt that is pending',
    ({ id, orders }) => {
      orders.outbox.set(id, { receipt: false, event: true });
      return { ...me, path: { id } };
    },
  ],
  ['get /api/stats', 200, 'one’s own numbers', () => me],
  [
    'get /api/stats',
    200,
    'an operator while a shard is down',
    ({ statistics }) => {
      statistics.unavailable.add('shard2');
      return signedIn({ operator: 'true' });
    },
  ],
  ['get /api/stats', 400, 'a wrong user', () => ({ ...me, query: { user_id: '1' } })],
  ['get /api/overview', 200, 'one’s own', () => me],
  [
    'get /api/overview',
    200,
    'an operator while a part and a shard are down',
    ({ parts, orders, statistics }) => {
      parts.broken = true;
      statistics.unavailable.add('shard2');
      orders.unavailable.add('shard2');
      return signedIn({ operator: 'true' });
    },
  ],
  ['get /api/overview', 400, 'a wrong limit', () => ({ ...me, query: { limit: 'x' } })],
  ['get /health', 200, 'all parts up', () => ({})],
  [
    'get /health',
    503,
    'a part down',
    ({ parts }) => {
      parts.broken = true;
      return {};
    },
  ],
  ['get /api/openapi.json', 200, 'a question', () => ({})],
];

const UNDESCRIBED_HEADERS = ['Content-Type', 'Access-Control-Allow-Origin', 'Access-Control-Expose-Headers'];

function expectAsDescribed(route: Route, response: Awaited<ReturnType<System['ask']>>): void {
  const described = (operationOf(route).responses as Record<string, OpenApiResponse>)[String(response.statusCode)];
  if (described === undefined) throw new Error(`The document knows no ${response.statusCode} of ${route}.`);
  const headers = Object.keys(response.headers).filter((name) => !UNDESCRIBED_HEADERS.includes(name));
  expect(Object.keys(described.headers ?? {})).toEqual(expect.arrayContaining(headers));
  if (described.content === undefined) expect(response.body).toBeUndefined();
  else
    expect(
      checkerOf(described.content['application/json'].schema).safeParse(response.body).error?.issues,
    ).toBeUndefined();
}

describe('the description of the API', () => {
  it.each(CASES)('%s: holds for the %d to %s', async (route, status, _, prepare) => {
    const running = await system();
    const response = await running.ask(route, prepare(running));
    expect(response.statusCode).toBe(status);
    expectAsDescribed(route, response);
  });

  it('holds for a request that comes again with its key, and with another content', async () => {
    const { ask } = await system();
    await ask('post /api/orders', withKey(KEYBOARD));
    const [again, other] = [withKey(KEYBOARD), withKey({ ...KEYBOARD, quantity: 3 })];
    for (const [request, status] of [
      [again, 201],
      [other, 422],
    ] as const) {
      const response = await ask('post /api/orders', request);
      expect(response.statusCode).toBe(status);
      expectAsDescribed('post /api/orders', response);
    }
  });

  it('holds for an overview that has not changed', async () => {
    const { ask } = await system();
    const { version } = (await ask('get /api/overview', me)).body;
    const response = await ask('get /api/overview', { ...me, query: { version } });
    expect(response.body).toHaveProperty('unchanged');
    expectAsDescribed('get /api/overview', response);
  });

  it('holds for a page that another follows', async () => {
    const { ask } = await system();
    await ask('post /api/orders', { ...postJson(KEYBOARD), ...me });
    const response = await ask('get /api/orders', { ...me, query: { limit: '1' } });
    expect(response.body).toHaveProperty('next_cursor');
    expectAsDescribed('get /api/orders', response);
  });

  it('names no response that a function cannot give, and no route that is not there', async () => {
    const gateways = Object.keys({ ...COMMON_RESPONSES, ...TOKEN_RESPONSES });
    const given = new Set([...CASES.map(([route, status]) => `${route} ${status}`), 'post /api/orders 422']);
    const named = operations.flatMap(({ route, responses }) =>
      Object.keys(responses).map((status) => ({ route, status })),
    );
    const unproven = named.filter(
      ({ route, status }) => !gateways.includes(status) && !given.has(`${route} ${status}`),
    );
    expect(unproven, 'no case in CASES gives these').toEqual([]);
    expect(operations.map(({ route }) => route).sort()).toEqual(Object.keys((await system()).handlers).sort());
  });

  it.each<[string, unknown]>([
    ['a right order', KEYBOARD],
    ['the smallest', { user_id: 'a', product_name: 'x', quantity: 1, price: 0.01 }],
    ['the largest', { ...KEYBOARD, product_name: 'x'.repeat(255), quantity: 1_000_000, price: 99_999_999.99 }],
    ['an unknown field', { ...KEYBOARD, status: 'confirmed' }],
    ['a missing field', { ...KEYBOARD, price: undefined }],
    ['another kind of user id', { ...KEYBOARD, user_id: '1alice' }],
    ['no name', { ...KEYBOARD, product_name: '' }],
    ['a name of blanks', { ...KEYBOARD, product_name: ' \u00a0\ufeff' }],
    ['too long a name', { ...KEYBOARD, product_name: 'x'.repeat(256) }],
    ['half a piece', { ...KEYBOARD, quantity: 0.5 }],
    ['too many', { ...KEYBOARD, quantity: 1_000_001 }],
    ['text for a number', { ...KEYBOARD, price: '1' }],
    ['a price of nothing', { ...KEYBOARD, price: 0 }],
    ['too high a price', { ...KEYBOARD, price: 100_000_000 }],
    ['a list', [KEYBOARD]],
  ])('takes and refuses %s as the API does', async (_, body) => {
    const described = operationOf('post /api/orders').requestBody?.content['application/json'].schema;
    const sent = JSON.parse(JSON.stringify(body));
    const user = typeof sent.user_id === 'string' && sent.user_id === 'a' ? signedIn({ userId: 'a' }) : me;
    const { statusCode } = await (await system()).ask('post /api/orders', { ...postJson(sent), ...user });
    expect(checkerOf(described).safeParse(sent).success).toBe(statusCode === 201);
  });

  it('tells which routes need a token', () => {
    const open = operations.filter(({ security }) => security.length === 0).map(({ route }) => route);
    expect(open).toEqual(['get /health', 'get /api/openapi.json']);
  });

  it('refers to nothing that is not in it', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    const missing = references.map(([, name = '']) => name).filter((name) => !(name in document.components.schemas));
    expect([references.length > 10, missing]).toEqual([true, []]);
  });

  it('describes each parameter as clients see it', () => {
    const parameters = operationOf('get /api/orders').parameters?.map(({ name, schema }) => [
      name,
      schema.type ?? 'any',
    ]);
    expect(parameters).toEqual([
      ['user_id', 'any'],
      ['q', 'any'],
      ['status', 'string'],
      ['limit', 'integer'],
      ['cursor', 'string'],
      ['since', 'string'],
    ]);
    const limit = operationOf('get /api/orders').parameters?.find(({ name }) => name === 'limit');
    expect(limit?.schema).toMatchObject({ minimum: 1, maximum: 200, default: 50 });
  });
});
