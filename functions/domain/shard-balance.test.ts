import { describe, expect, it } from 'vitest';
import { FIRST_NAMES } from '../testing/first-names.ts';
import { balance } from './shard-balance.ts';
import {
  checkShardMap,
  DEFAULT_SHARD_MAP,
  describeShard,
  joinMaps,
  type OwningShard,
  ShardMapError,
} from './shard-map.ts';
import { planOf, type StoredKey } from './shard-plan.ts';
import { includes } from './user-range.ts';

/** Percent of all orders by shard. */
function shares(map: readonly OwningShard[], keys: readonly StoredKey[]): Record<string, number> {
  const all = keys.reduce((sum, { orders }) => sum + orders, 0);
  return Object.fromEntries(
    map.map((shard) => {
      const own = keys.filter(({ key }) => includes(shard, key)).reduce((sum, { orders }) => sum + orders, 0);
      return [describeShard(shard), Math.round((1000 * own) / all) / 10];
    }),
  );
}

const keysOf = (orders: Record<string, number>): StoredKey[] =>
  Object.entries(orders).map(([key, each]) => ({ key, users: 1, orders: each }));

describe('a map that evens out the orders', () => {
  it('gives four shards a quarter each of users who have the first names of the United States', () => {
    expect(shares(DEFAULT_SHARD_MAP, FIRST_NAMES)).toEqual({ 'shard1 (A-M)': 71.5, 'shard2 (N-Z)': 28.5 });
    const map = balance(4, DEFAULT_SHARD_MAP, FIRST_NAMES);
    expect(shares(map, FIRST_NAMES)).toEqual({
      'shard3 (A-D)': 25.8,
      'shard1 (E-J)': 26,
      'shard4 (K-P)': 25.2,
      'shard2 (Q-Z)': 23.1,
    });
    const stored = DEFAULT_SHARD_MAP.map((shard) => ({
      id: shard.id,
      bytes: 0,
      keys: FIRST_NAMES.filter(({ key }) => includes(shard, key)),
    }));
    const { moving, added } = planOf(joinMaps(DEFAULT_SHARD_MAP, map), stored);
    // Half of all at least: two shards are new.
    expect([moving.orders, added]).toEqual([50_930, [3, 4]]);
  });

  it.each([1, 2, 3, 5, 8, 13, 26])(
    'is a shard map of %i shards, none of which has much more than its part',
    (count) => {
      const map = balance(count, DEFAULT_SHARD_MAP, FIRST_NAMES);
      expect(checkShardMap(map)).toHaveLength(count);
      const largestKey = Math.max(...FIRST_NAMES.map(({ orders }) => orders)) / 1000;
      for (const share of Object.values(shares(map, FIRST_NAMES))) expect(share).toBeLessThan(110 / count + largestKey);
    },
  );

  it.each([2, 3, 4, 8])('of %i shards is proposed again when it is the present one', (count) => {
    const map = balance(count, DEFAULT_SHARD_MAP, FIRST_NAMES);
    expect(balance(count, map, FIRST_NAMES)).toEqual(map);
  });

  it('keeps bounds that are even enough, and shards where most of their orders are', () => {
    const present = [
      { id: 7, from: 'A', to: 'F' },
      { id: 3, from: 'G', to: 'M' },
      { id: 1, from: 'N', to: 'Z' },
    ];
    const keys = keysOf({ ALI: 50, BOB: 48, GIA: 101, NED: 55, TOM: 48 });
    expect(balance(3, present, keys)).toEqual(present);
    expect(balance(2, present, keys)).toEqual([
      { id: 3, from: 'A', to: 'M' },
      { id: 1, from: 'N', to: 'Z' },
    ]);
    expect(balance(4, present, keys)).toEqual([
      ...present.slice(0, 2),
      { id: 1, from: 'N', to: 'S' },
      { id: 2, from: 'T', to: 'Z' },
    ]);
  });

  it('leaves a bound with no users near it, though a shorter or an equal one would do', () => {
    const present = [
      { id: 1, from: 'A', to: 'MOR' },
      { id: 2, from: 'MOS', to: 'Z' },
    ];
    expect(balance(2, present, keysOf({ ALI: 50, ZED: 50 }))).toEqual(present);
    expect(balance(2, DEFAULT_SHARD_MAP, keysOf({ ALI: 50, ZED: 50 }))).toEqual(DEFAULT_SHARD_MAP);
  });

  it('leaves a bound that is nearly even, though another would be exactly', () => {
    const keys = keysOf({ ALI: 485, GIA: 15, HAL: 500 });
    const halves = (end: string, begin: string) => [
      { id: 1, from: 'A', to: end },
      { id: 2, from: begin, to: 'Z' },
    ];
    expect(balance(2, halves('F', 'G'), keys)).toEqual(halves('F', 'G'));
    expect(balance(2, halves('M', 'N'), keys)).toEqual(halves('G', 'H'));
  });

  it('never splits a user, however many orders one has', () => {
    const keys = keysOf({ ALI: 10, SAM: 700, SLY: 10, SMI: 10, ZED: 10 });
    expect(balance(3, DEFAULT_SHARD_MAP, keys)).toEqual([
      { id: 1, from: 'A', to: 'M' },
      { id: 2, from: 'N', to: 'SK' },
      { id: 3, from: 'SL', to: 'Z' },
    ]);
  });

  it('has bounds as long as they must be', () => {
    const keys = keysOf({ S: 1, 'S-A': 1, SMA: 1, SMI: 1, SMY: 1 });
    expect(balance(5, DEFAULT_SHARD_MAP, keys).map(({ from, to }) => `${from} to ${to}`)).toEqual([
      'A to S-9',
      'S-A to SL',
      'SM to SMH',
      'SMI to SMX',
      'SMY to Z',
    ]);
    expect(balance(2, DEFAULT_SHARD_MAP, keysOf({ SMI: 1, TOM: 1, ZOE: 1, ZUR: 3 }))[1]).toMatchObject({
      from: 'ZU',
      to: 'Z_',
    });
  });

  it.each([
    [0, 'it must be 1 to 26'],
    [27, 'it must be 1 to 26'],
    [3, 'different beginnings of user ids, of which there are 2.'],
  ])('is refused for %i shards of users with two beginnings', (count, message) => {
    const propose = () => balance(count, DEFAULT_SHARD_MAP, keysOf({ ALI: 5, BOB: 5 }));
    expect(propose).toThrow(ShardMapError);
    expect(propose).toThrow(message);
  });
});
