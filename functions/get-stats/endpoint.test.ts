import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP } from '../domain/shard-map.ts';
import type { AuthMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { call, type RequestParts, signedIn } from '../testing/api-request.ts';
import { MemoryStatistics, someStatistics } from '../testing/memory-statistics.ts';
import { MemoryLog } from '../testing/ports.ts';
import { getStatsEndpoint } from './endpoint.ts';

const MINUTE = Date.parse('2026-11-22T10:00:00.000Z');
const ALICES = { orders: 1, revenue: 14_999n };

/** Three orders in shard1, one of them alice's; shard2 has none. */
function api(auth: AuthMode = 'none') {
  const statistics = new MemoryStatistics();
  statistics.of.shard1 = someStatistics({
    placed: { orders: 3, revenue: 100_000_000_000_000_001n },
    confirmed: { orders: 1, revenue: 99_000_000_000_000_000n },
    minutes: new Map([[MINUTE, { orders: 2, revenue: 200n }]]),
    publishedLags: new Map([[10, 3]]),
    confirmedLags: new Map([[20, 1]]),
    outbox: { orders: 2, oldestAgeSeconds: 3.14 },
  });
  statistics.of['shard1 alice'] = someStatistics({ placed: ALICES, confirmed: ALICES });
  const log = new MemoryLog();
  const handler = httpHandler(log, getStatsEndpoint(auth, { shards: DEFAULT_SHARD_MAP, statistics, log }));
  return {
    statistics,
    get: (query: Record<string, string> = {}, parts: RequestParts = {}) => call(handler, { ...parts, query }),
  };
}

describe('GET /api/stats', () => {
  it('shows the numbers of all shards and of each, field for field', async () => {
    const { statusCode, body } = await api().get();
    expect(statusCode).toBe(200);
    const none = { orders: 0, revenue: '0.00' };
    const shard1 = {
      orders: 3,
      revenue: '1000000000000000.01',
      by_status: {
        created: { orders: 2, revenue: '10000000000000.01' },
        confirmed: { orders: 1, revenue: '990000000000000.00' },
      },
    };
    const { minutes, ...rest } = body;
    expect(rest).toEqual({
      as_of: '2026-11-22T10:00:30.000Z',
      ...shard1,
      shards: [
        { shard: 'shard1', shard_info: 'shard1 (A-M)', ...shard1, outbox: { orders: 2, oldest_age_seconds: 3.1 } },
        {
          shard: 'shard2',
          shard_info: 'shard2 (N-Z)',
          ...none,
          by_status: { created: none, confirmed: none },
          outbox: { orders: 0, oldest_age_seconds: 0 },
        },
      ],
      lags: {
        published: { orders: 3, p50_ms: Math.round(1.2 ** 9.5), p95_ms: Math.round(1.2 ** 9.5) },
        confirmed: { orders: 1, p50_ms: Math.round(1.2 ** 19.5), p95_ms: Math.round(1.2 ** 19.5) },
      },
    });
    expect(minutes).toHaveLength(60);
    expect(minutes[59]).toEqual({ at: '2026-11-22T10:00:00.000Z', orders: 2, revenue: '2.00' });
    expect(minutes[0]).toEqual({ at: '2026-11-22T09:01:00.000Z', ...none });
  });

  it('shows one user’s numbers, from the one shard that can have them', async () => {
    const { body } = await api().get({ user_id: 'alice' });
    expect(body).toMatchObject({ orders: 1, revenue: '149.99', lags: { published: { orders: 0, p50_ms: null } } });
    expect(body.shards.map(({ shard }: { shard: string }) => shard)).toEqual(['shard1']);
  });

  it('says which shard is missing from everyone’s numbers, and 503 when none responds', async () => {
    const { get, statistics } = api();
    statistics.unavailable.add('shard2');
    const { statusCode, body } = await get();
    expect([statusCode, body.orders, body.partial, body.unavailable_shards]).toEqual([200, 3, true, ['shard2']]);
    expect((await get({ user_id: 'zara' })).statusCode).toBe(503);
    statistics.unavailable.add('shard1');
    expect((await get()).statusCode).toBe(503);
  });

  it('refuses a wrong user_id', async () => {
    const { statusCode, body } = await api().get({ user_id: '1alice' });
    expect([statusCode, body.details]).toEqual([400, [{ path: 'user_id', message: expect.any(String) }]]);
  });
});

describe('GET /api/stats with sign-in', () => {
  it('shows one’s own numbers, named or not, and nobody else’s', async () => {
    const { get } = api('jwt');
    expect((await get({}, signedIn())).body.orders).toBe(1);
    expect((await get({ user_id: 'alice' }, signedIn())).body.orders).toBe(1);
    expect((await get({ user_id: 'zara' }, signedIn())).statusCode).toBe(403);
  });

  it('shows everyone’s, or anyone’s, to an operator', async () => {
    const { get } = api('jwt');
    const operator = signedIn({ userId: 'oscar', operator: 'true' });
    expect((await get({}, operator)).body.orders).toBe(3);
    expect((await get({ user_id: 'alice' }, operator)).body.orders).toBe(1);
  });
});
