import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { DatabaseSecrets } from './adapters/database-secrets.ts';
import { EmbeddedMetrics } from './adapters/embedded-metrics.ts';
import { PostgresOrderWriter } from './adapters/postgres/order-writer.ts';
import { REQUEST_LIMITS, ShardDatabases } from './adapters/postgres/shard-databases.ts';
import { StructuredLog } from './adapters/structured-log.ts';
import { confirmOrders } from './confirm-orders/confirm-orders.ts';
import confirmations from './confirm-orders/samples/msk-event.json' with { type: 'json' };
import { consumeOrders } from './consume-orders/consume-orders.ts';
import orderEvents from './consume-orders/samples/msk-event.json' with { type: 'json' };
import { ORDER_CREATED } from './contract/events/order-created.ts';
import { createOrderEndpoint } from './create-order/endpoint.ts';
import { ShardUnavailableError } from './domain/errors.ts';
import { orderCreated } from './domain/events.ts';
import { DEFAULT_SHARD_MAP } from './domain/shard-map.ts';
import { UsersPlace } from './domain/users-place.ts';
import { httpHandler } from './http/pipeline.ts';
import { kafkaHandler } from './kafka-batch/pipeline.ts';
import { listOrdersEndpoint } from './list-orders/endpoint.ts';
import { relayOutbox } from './relay-outbox/relay-outbox.ts';
import { apiEvent, postJson, type RequestParts } from './testing/api-request.ts';
import { MemoryMoves } from './testing/memory-moves.ts';
import { MemoryOrders } from './testing/memory-orders.ts';
import { MemoryOutbox } from './testing/memory-outbox.ts';
import { MemoryStatistics } from './testing/memory-statistics.ts';
import { batchLike, type INVOCATION } from './testing/msk-event.ts';
import { anOrder } from './testing/orders.ts';
import { MemoryEvents, MemoryReceipts } from './testing/ports.ts';

/** Whatever must not be in a log carries this. */
const MARK = 'unspeakable';
const ORDER = { user_id: 'alice', product_name: `${MARK} product`, quantity: 2, price: 149.99 };
const ID = '019d0f2e-7b5c-7000-8000-000000000001';
const CONTEXT = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 1_000 } as Context & typeof INVOCATION;

interface Line extends Readonly<Record<string, unknown>> {
  readonly message: string;
}

let written: string;
let log: StructuredLog;
let metrics: EmbeddedMetrics;
const lines = (): Line[] =>
  written
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

beforeEach(() => {
  written = '';
  log = new StructuredLog((line) => {
    written += line;
  });
  metrics = new EmbeddedMetrics(log, 'dev');
});

/** An error as drivers make them: with the request, and the row that was refused, attached. */
function driverError(): Error {
  const attached = { detail: `Failing row contains (${MARK})`, where: MARK, input: { Body: MARK }, parameters: [MARK] };
  return Object.assign(new Error('refused', { cause: Object.assign(new Error('deeper'), attached) }), attached);
}

describe('the log lines of requests', () => {
  const system = () => ({
    shards: DEFAULT_SHARD_MAP,
    places: new UsersPlace(DEFAULT_SHARD_MAP, new MemoryMoves()),
    orders: new MemoryOrders(),
    receipts: new MemoryReceipts(),
    events: new MemoryEvents(),
    newId: () => ID,
    now: () => new Date('2026-11-22T09:30:00.123Z'),
    metrics,
    log,
  });

  async function statusOf(endpoint: Parameters<typeof httpHandler>[1], parts: RequestParts): Promise<number> {
    const headers = { Authorization: `Bearer ${MARK}`, Cookie: MARK, ...parts.headers };
    const result: APIGatewayProxyResult = await httpHandler(log, endpoint)(apiEvent({ ...parts, headers }), CONTEXT);
    return result.statusCode;
  }

  it('tell of an order, by its id, its shard and the request, and of nothing that it holds', async () => {
    const parts = postJson(ORDER);
    const keyed = { ...parts, headers: { ...parts.headers, 'Idempotency-Key': MARK } };
    const working = system();
    for (const _ of [1, 2]) expect(await statusOf(createOrderEndpoint('none', working), keyed)).toBe(201);
    expect(
      await statusOf(createOrderEndpoint('none', working), { ...keyed, ...postJson({ ...ORDER, quantity: 3 }) }),
    ).toBe(201);

    const failing = system();
    failing.receipts.failure = driverError();
    failing.events.failure = driverError();
    failing.orders.settle = () => Promise.reject(driverError());
    expect(await statusOf(createOrderEndpoint('none', failing), parts)).toBe(201);

    for (const failure of [new ShardUnavailableError('shard1', { cause: driverError() }), driverError()]) {
      const down = system();
      down.orders.place = () => Promise.reject(failure);
      expect(await statusOf(createOrderEndpoint('none', down), parts)).toBeGreaterThanOrEqual(500);
    }

    expect(written).not.toContain(MARK);
    expect(lines().length).toBeGreaterThanOrEqual(9);
    for (const line of lines()) {
      expect(line.requestId).toBe('request-1');
      if (line.message !== 'the request failed') expect(line).toMatchObject({ orderId: ID, shard: 'shard1' });
    }
    expect(lines()).toContainEqual(expect.objectContaining({ message: 'the request failed', shard: 'shard1' }));
  });

  it.each<[string, RequestParts]>([
    ['broken JSON', { ...postJson(null), body: `{"user_id": ${MARK}` }],
    ['unknown fields', postJson({ ...ORDER, [MARK]: MARK })],
    ['wrong values', postJson({ user_id: ` ${MARK}`, product_name: [MARK], quantity: MARK, price: { [MARK]: MARK } })],
    ['another media type', { headers: { 'Content-Type': MARK }, body: MARK }],
    ['another encoding', { headers: { ...postJson(null).headers, 'Content-Encoding': MARK }, body: MARK }],
    ['a large body', postJson(MARK.repeat(10_000))],
    ['a bad key', { ...postJson(ORDER), headers: { ...postJson(null).headers, 'Idempotency-Key': `${MARK} ${MARK}` } }],
  ])('say nothing of what a refused request held: %s', async (_, parts) => {
    expect(await statusOf(createOrderEndpoint('none', system()), parts)).toBeLessThan(500);
    expect(written).not.toContain(MARK);
    expect(lines()).toMatchObject([{ message: 'the request was refused', requestId: 'request-1' }]);
  });

  it('say nothing of a refused query', async () => {
    const endpoint = listOrdersEndpoint('none', system());
    for (const query of [{ user_id: ` ${MARK}` }, { limit: MARK }, { cursor: MARK }]) {
      expect(await statusOf(endpoint, { query })).toBe(400);
    }
    expect(written).not.toContain(MARK);
    expect(lines()).toHaveLength(3);
  });

  it('name no password, neither of a secret that is malformed nor of one that opens nothing', async () => {
    const login = { host: '127.0.0.1', port: 1, dbname: 'orders', username: 'orderuser', password: MARK };
    for (const secret of [JSON.stringify(login), JSON.stringify({ password: MARK }), `{"password":"${MARK}`]) {
      const secrets = new DatabaseSecrets(async () => secret);
      const shards = DEFAULT_SHARD_MAP.map((shard) => ({ ...shard, secret: `shard${shard.id}` }));
      const orders = new PostgresOrderWriter(new ShardDatabases({ shards, tls: true }, secrets, log, REQUEST_LIMITS));
      const endpoint = createOrderEndpoint('none', { ...system(), orders });
      expect(await statusOf(endpoint, postJson(ORDER))).toBe(503);
    }
    expect(written).not.toContain(MARK);
    expect(lines().every(({ shard }) => shard === 'shard1')).toBe(true);
  });
});

describe('the log lines of batches', () => {
  const event = (value: object | string | null) =>
    value === null || typeof value === 'string' ? value : JSON.stringify(value);

  it('say nothing of a record that cannot be read, but where it is', async () => {
    const created = { ...JSON.parse(ORDER_CREATED.encode(orderCreated(anOrder(), { id: 1, from: 'A', to: 'M' }))) };
    const bad = [
      MARK,
      `{"product_name":"${MARK}"`,
      { [MARK]: MARK },
      { ...created, event_type: MARK, status: MARK, user_id: ` ${MARK}`, order_id: MARK, timestamp: MARK, [MARK]: 1 },
      { ...created, product_name: MARK, shard: 27 },
      { ...created, product_name: MARK.repeat(100) },
    ].map(event);
    const publish = async () => undefined;
    const consume = consumeOrders({ confirmations: { publish }, now: () => new Date(), wait: publish, metrics, log });
    const confirm = confirmOrders({
      shards: DEFAULT_SHARD_MAP,
      orders: { markConfirmed: async () => ({ lags: [], missing: [] }) },
      moves: new MemoryMoves(),
      now: () => new Date(),
      metrics,
      log,
    });
    for (const [work, sample] of [
      [consume, orderEvents],
      [confirm, confirmations],
    ] as const) {
      await kafkaHandler(log, work)({ records: { 'orders-3': batchLike(sample, ...bad) } }, CONTEXT);
    }
    const failures = lines().filter(({ level }) => level === 'ERROR');
    expect(failures.length).toBeGreaterThan(bad.length);
    for (const failure of failures)
      expect(failure).toMatchObject({ requestId: 'request-1', offset: expect.any(Number) });
    const told = lines().filter(({ message }) => !message.startsWith('Dear '));
    expect(JSON.stringify(told)).not.toContain(MARK);
  });

  it('name what is ordered to its customer alone', async () => {
    const value = ORDER_CREATED.encode(orderCreated(anOrder({ productName: MARK }), { id: 1, from: 'A', to: 'M' }));
    const failures = [driverError(), driverError()];
    const publish = async () => {
      const failure = failures.pop();
      if (failure !== undefined) throw failure;
    };
    const wait = async () => undefined;
    const patient = { ...CONTEXT, getRemainingTimeInMillis: () => 60_000 };
    const consume = consumeOrders({ confirmations: { publish }, now: () => new Date(), wait, metrics, log });
    await kafkaHandler(log, consume)({ records: { 'orders-3': batchLike(orderEvents, value) } }, patient);
    expect(lines().filter((line) => JSON.stringify(line).includes(MARK))).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/^Dear alice,/), orderId: ID, shard: 'shard1' }),
    ]);
    expect(lines()).toHaveLength(3);
  });

  it('tell of orders that are relayed by their ids', async () => {
    const outbox = new MemoryOutbox();
    const nothing = { receipt: false, event: false };
    const [placedIn] = DEFAULT_SHARD_MAP;
    if (placedIn === undefined) throw new Error('The default map has two shards.');
    const batch = [{ order: anOrder({ productName: MARK }), placedIn, delivered: nothing, renewed: false }];
    outbox.batches.shard1 = [batch, batch];
    const [receipts, events] = [new MemoryReceipts(), new MemoryEvents()];
    receipts.failure = driverError();
    events.failure = driverError();
    const statistics = new MemoryStatistics();
    const settings = { shards: DEFAULT_SHARD_MAP, republishAfterMinutes: 10, now: () => new Date() };
    const relay = { ...settings, outbox, statistics, metrics, log };
    await relayOutbox({ ...relay, receipts, events });
    outbox.batches.shard1 = [batch];
    await relayOutbox({ ...relay, receipts: new MemoryReceipts(), events: new MemoryEvents() });
    outbox.claim = () => Promise.reject(new ShardUnavailableError('shard1', { cause: driverError() }));
    await relayOutbox({ ...relay, receipts, events });
    expect(written).not.toContain(MARK);
    const withOrders = lines().filter(({ message }) => /stay outstanding|orders relayed/.test(message));
    expect(withOrders).toHaveLength(5);
    for (const line of withOrders) expect(line).toMatchObject({ shard: 'shard1', orderIds: [ID] });
    expect(lines().every(({ shard }) => shard !== undefined)).toBe(true);
  });
});
