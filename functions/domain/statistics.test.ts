import { describe, expect, it } from 'vitest';
import { someStatistics } from '../testing/memory-statistics.ts';
import { byStatus, lastMinutes, sum, summarizeLags } from './statistics.ts';

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
