import { describe, expect, it } from 'vitest';
import { someStatistics } from '../testing/memory-statistics.ts';
import { MemoryLog } from '../testing/ports.ts';
import { type ShardRange, shardName } from './shard-map.ts';
import { byStatus, lastMinutes, readStatistics, sum, summarizeLags } from './statistics.ts';

const at = (time: string) => new Date(`2026-11-22T${time}Z`);

describe('statistics', () => {
  it('add up to the cent, beyond what doubles hold', () => {
    const big = { orders: 1, revenue: 9_007_199_254_740_993n };
    expect(sum([big, big, { orders: 2, revenue: 1n }])).toEqual({ orders: 4, revenue: 18_014_398_509_481_987n });
    expect(sum([])).toEqual({ orders: 0, revenue: 0n });
  });

  it('tell what is not confirmed yet', () => {
    const placed = { orders: 5, revenue: 500n };
    const confirmed = { orders: 3, revenue: 450n };
    expect(byStatus({ placed, confirmed })).toEqual({ created: { orders: 2, revenue: 50n }, confirmed });
  });
});

describe('the last minutes', () => {
  it('are sixty, of all shards together, and end with the running one', () => {
    const one = someStatistics({ minutes: new Map([[at('10:00:00').getTime(), { orders: 1, revenue: 10n }]]) });
    const other = someStatistics({
      minutes: new Map([
        [at('10:00:00').getTime(), { orders: 2, revenue: 20n }],
        [at('09:01:00').getTime(), { orders: 3, revenue: 30n }],
        [at('09:00:00').getTime(), { orders: 4, revenue: 40n }],
      ]),
    });
    const minutes = lastMinutes([one, other], at('10:00:59.999'));
    expect(minutes).toHaveLength(60);
    expect(minutes[0]).toEqual({ at: at('09:01:00'), orders: 3, revenue: 30n });
    expect(minutes[1]).toEqual({ at: at('09:02:00'), orders: 0, revenue: 0n });
    expect(minutes[59]).toEqual({ at: at('10:00:00'), orders: 3, revenue: 30n });
  });
});

describe('lags', () => {
  it('have the middle of the class that half, and 95 %, of the orders reach', () => {
    const class5 = Math.round(1.2 ** 4.5);
    const class40 = Math.round(1.2 ** 39.5);
    expect(summarizeLags([new Map([[5, 60]]), new Map([[40, 40]])])).toEqual({
      orders: 100,
      p50: class5,
      p95: class40,
    });
    expect(
      summarizeLags([
        new Map([
          [40, 5],
          [5, 95],
        ]),
      ]),
    ).toEqual({ orders: 100, p50: class5, p95: class5 });
    expect(summarizeLags([new Map([[5, 1]]), new Map([[5, 1]])])).toEqual({ orders: 2, p50: class5, p95: class5 });
  });

  it('of no orders are unknown', () => {
    expect(summarizeLags([new Map()])).toEqual({ orders: 0, p50: undefined, p95: undefined });
  });
});

describe('the statistics of a user who moves', () => {
  const MOVING: readonly ShardRange[] = [
    { id: 1, from: 'A', to: 'M', next: ['B', 'Z'] },
    { id: 2, from: 'N', to: 'Z', next: ['A', 'A'] },
  ];
  const some = (orders: number) => someStatistics({ placed: { orders, revenue: 1n } });

  it.each<[string, Record<string, number[]>, number, number]>([
    ['before', { shard1: [4, 4], shard2: [0, 0] }, 1, 4],
    ['while both shards count the orders', { shard1: [4, 4], shard2: [0, 5] }, 2, 5],
    ['between two shards that are asked', { shard1: [0, 0], shard2: [0, 5] }, 2, 5],
    ['after', { shard1: [0, 0], shard2: [5, 6] }, 2, 6],
  ])('are of one shard, in its latest state: %s', async (_, rounds, id, orders) => {
    const statistics = { read: async (shard: ShardRange) => some(rounds[shardName(shard)]?.shift() ?? 0) };
    const { answers } = await readStatistics('alice', { shards: MOVING, statistics, log: new MemoryLog() });
    expect(answers.map(({ shard, answer }) => [shard.id, answer.placed.orders])).toEqual([[id, orders]]);
  });
});
