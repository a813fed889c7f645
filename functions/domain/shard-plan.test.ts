import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP, joinMaps } from './shard-map.ts';
import { planOf } from './shard-plan.ts';

const STORED = [
  {
    id: 1,
    bytes: 1_000,
    keys: [
      { key: 'ALI', users: 2, orders: 30 },
      { key: 'GIA', users: 1, orders: 50 },
      { key: 'LEO', users: 3, orders: 20 },
    ],
  },
  { id: 2, bytes: 600, keys: [{ key: 'ZED', users: 1, orders: 10 }] },
];

describe('the plan of a move', () => {
  it('says who moves from where to where, and what each shard has before and after', () => {
    const map = joinMaps(DEFAULT_SHARD_MAP, [
      { id: 1, from: 'A', to: 'F' },
      { id: 4, from: 'G', to: 'L' },
      { id: 2, from: 'M', to: 'Z' },
    ]);
    const plan = planOf(map, STORED);
    const moved = { users: 4, orders: 70, bytes: 700 };
    expect(plan).toMatchObject({ flows: [{ from: 1, to: 4, ...moved }], moving: moved, added: [4], emptied: [] });
    expect(plan.total).toEqual({ users: 7, orders: 110, bytes: 1_600 });
    expect(plan.shards.map(({ shard, before, after }) => [shard.id, before.orders, after.orders, after.bytes])).toEqual(
      [
        [1, 100, 30, 300],
        [2, 10, 10, 600],
        [4, 0, 70, 700],
      ],
    );
  });

  it('names the shards that lose all users', () => {
    const map = joinMaps(DEFAULT_SHARD_MAP, [{ id: 2, from: 'A', to: 'Z' }]);
    const { flows, added, emptied } = planOf(map, STORED);
    expect(flows).toEqual([{ from: 1, to: 2, users: 6, orders: 100, bytes: 1_000 }]);
    expect([added, emptied]).toEqual([[], [1]]);
  });

  it('moves nobody without orders', () => {
    const map = joinMaps(DEFAULT_SHARD_MAP, [{ id: 3, from: 'A', to: 'Z' }]);
    expect(planOf(map, [{ id: 1, bytes: 8_000, keys: [] }])).toMatchObject({
      flows: [],
      moving: { orders: 0, bytes: 0 },
    });
  });
});
