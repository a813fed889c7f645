import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP } from '../domain/shard-map.ts';
import type { AuthMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { call, type RequestParts, signedIn } from '../testing/api-request.ts';
import { MemoryOrders } from '../testing/memory-orders.ts';
import { MemoryPartHistory } from '../testing/memory-part-history.ts';
import { MemoryStatistics, someStatistics } from '../testing/memory-statistics.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryLog } from '../testing/ports.ts';
import { overviewEndpoint } from './endpoint.ts';

/** An order of alice in shard1. */
async function api(auth: AuthMode = 'none') {
  const [orders, statistics, history, log] = [
    new MemoryOrders(),
    new MemoryStatistics(),
    new MemoryPartHistory(),
    new MemoryLog(),
  ];
  const [shard1] = DEFAULT_SHARD_MAP;
  if (shard1 === undefined) throw new Error('The default map has two shards.');
  await orders.place(shard1, anOrder());
  const down = new Set<string>();
  const parts = ['shard1', 'shard2', 'receipts', 'kafka'].map((name) => ({
    name,
    check: async () => {
      if (down.has(name)) throw new Error('no response');
    },
  }));
  const dependencies = { shards: DEFAULT_SHARD_MAP, parts, orders, statistics, history, log };
  const handler = httpHandler(log, overviewEndpoint(auth, dependencies));
  const get = (query: Record<string, string> = {}, request: RequestParts = {}) => call(handler, { ...request, query });
  const stop = (...names: string[]) => {
    for (const name of names) {
      down.add(name);
      orders.unavailable.add(name);
      statistics.unavailable.add(name);
      history.unavailable.add(name);
    }
  };
  return { orders, statistics, history, down, stop, get };
}

const ALL_UP = { shard1: 'up', shard2: 'up', receipts: 'up', kafka: 'up' };
const placed = { orders: 1, revenue: 29_998n };

describe('GET /api/overview', () => {
  it('shows the first page, the numbers and the state of the parts', async () => {
    const { statusCode, body } = await (await api()).get();
    expect(statusCode).toBe(200);
    expect(body).toEqual({
      version: expect.stringMatching(/^[\w-]{16}$/),
      checks: ALL_UP,
      history: [],
      stats: expect.objectContaining({ orders: 0, shards: expect.any(Array) }),
      list: { orders: [expect.objectContaining({ user_id: 'alice' })], count: 1 },
    });
  });

  it('says little while nothing has changed, though time passes', async () => {
    const { get, statistics } = await api();
    const outbox = { orders: 1, oldestAgeSeconds: 5 };
    statistics.of.shard1 = someStatistics({ outbox });
    const { version } = (await get()).body;
    const later = new Date('2026-11-22T10:00:40.000Z');
    statistics.of.shard1 = someStatistics({ asOf: later, outbox: { ...outbox, oldestAgeSeconds: 15 } });
    expect((await get({ version })).body).toEqual({ version, unchanged: true });
  });

  it.each<[string, (system: Awaited<ReturnType<typeof api>>) => void]>([
    [
      'an order has been placed',
      ({ statistics }) => Object.assign(statistics.of, { shard2: someStatistics({ placed }) }),
    ],
    ['a part is down', ({ down }) => down.add('kafka')],
    [
      'a minute has passed',
      ({ statistics }) => Object.assign(statistics.of, { shard1: someStatistics({ asOf: new Date() }) }),
    ],
  ])('shows everything again when %s', async (_, change) => {
    const system = await api();
    const { version } = (await system.get()).body;
    change(system);
    const { body } = await system.get({ version });
    expect(body.version).not.toBe(version);
    expect(body).toMatchObject({ list: { count: 1 }, stats: { minutes: expect.any(Array) } });
  });

  it('shows everything when another question is asked with the version of the last one', async () => {
    const { get } = await api();
    const { version } = (await get({ q: 'al' })).body;
    expect((await get({ q: 'bob', version })).body.list).toMatchObject({ count: 0 });
    expect((await get({ q: 'al', limit: '1', version })).body.list).toMatchObject({ count: 1 });
    expect((await get({ q: 'al', version })).body).toEqual({ version, unchanged: true });
  });

  it('narrows the page as the list does', async () => {
    const { get } = await api();
    expect((await get({ q: 'AL' })).body.list.count).toBe(1);
    expect((await get({ status: 'confirmed' })).body.list.count).toBe(0);
    expect((await get({ user_id: 'bob' })).body.list.count).toBe(0);
    expect((await get({ limit: '0' })).statusCode).toBe(400);
  });

  it('tells what is down and since when, and shows the rest', async () => {
    const { get, stop } = await api();
    stop('shard2');
    const { body } = await get();
    expect(body).toMatchObject({
      checks: { ...ALL_UP, shard2: 'down' },
      history: [{ part: 'shard2', state: 'down', at: '2026-11-22T10:00:00.000Z' }],
      stats: { partial: true, unavailable_shards: ['shard2'] },
      list: { count: 1, partial: true },
    });
  });

  it('reads a list again that lacked a shard, though the numbers are the same', async () => {
    const { get, orders } = await api();
    orders.unavailable.add('shard2');
    const { version, list } = (await get()).body;
    expect(list).toMatchObject({ count: 1, partial: true });
    expect((await get({ version })).body.list).toMatchObject({ partial: true });
    orders.unavailable.clear();
    expect((await get({ version })).body.list).not.toHaveProperty('partial');
  });

  it('responds when no shard does', async () => {
    const { get, stop } = await api();
    stop('shard1', 'shard2');
    const { statusCode, body } = await get();
    expect(statusCode).toBe(200);
    expect(Object.keys(body)).toEqual(['version', 'checks', 'history']);
  });
});

describe('GET /api/overview with sign-in', () => {
  it('shows one’s own orders and numbers', async () => {
    const { get, statistics } = await api('jwt');
    statistics.of['shard1 alice'] = someStatistics({ placed });
    const mine = await get({}, signedIn());
    expect(mine.body).toMatchObject({ list: { count: 1 }, stats: { orders: 1, revenue: '299.98' } });
    const others = await get({ q: 'alice' }, signedIn({ userId: 'bob' }));
    expect(others.body).toMatchObject({ list: { count: 0 }, stats: { orders: 0 } });
    expect((await get({ user_id: 'zara' }, signedIn())).statusCode).toBe(403);
  });

  it('shows everyone’s to an operator', async () => {
    const { get } = await api('jwt');
    expect((await get({}, signedIn({ userId: 'oscar', operator: 'true' }))).body.list.count).toBe(1);
  });
});
