import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP } from '../../functions/domain/shard-map.ts';
import { planFor } from './plan.ts';

const STORED = [
  {
    id: 1,
    bytes: 3_000_000,
    keys: [
      { key: 'ALI', users: 4, orders: 100 },
      { key: 'GIA', users: 3, orders: 100 },
    ],
  },
  { id: 2, bytes: 1_000_000, keys: [{ key: 'ZED', users: 1, orders: 100 }] },
];
const ANSWER = { shards: DEFAULT_SHARD_MAP, stored: STORED };
/** Of a deployment that moves users already. */
const MOVING = {
  shards: [
    { id: 1, from: 'A', to: 'M', next: ['A', 'F'] as const },
    { id: 2, from: 'N', to: 'Z', next: ['N', 'Z'] as const },
    { id: 3, next: ['G', 'M'] as const },
  ],
  stored: [...STORED, { id: 3, bytes: 0, keys: [] }],
};
const shardsOf = (plan: ReturnType<typeof planFor>) => plan.shards.map(({ shard }) => shard);

describe('a plan', () => {
  it('is for the map that is given', () => {
    const plan = planFor(ANSWER, { map: [{ id: 2, from: 'A', to: 'Z' }], rate: 1 });
    expect(plan.flows).toEqual([{ from: 1, to: 2, users: 7, orders: 200, bytes: 3_000_000 }]);
    expect(plan.emptied).toEqual([1]);
  });

  it('is for an even map of as many shards as are asked for', () => {
    const plan = planFor(ANSWER, { balance: 3, rate: 1 });
    expect(plan.shards.map(({ shard, after }) => [shard.id, shard.next, after.orders])).toEqual([
      [1, ['A', 'F'], 100],
      [2, ['N', 'Z'], 100],
      [3, ['G', 'M'], 100],
    ]);
  });

  it('is for the next map of the deployment otherwise', () => {
    const plan = planFor(MOVING, { rate: 1 });
    expect(shardsOf(plan)).toEqual(MOVING.shards);
    expect(plan.flows).toMatchObject([{ from: 1, to: 3, orders: 100 }]);
  });

  it('for another map has nothing of the next map that the deployment has', () => {
    const plan = planFor(MOVING, { map: [{ id: 2, from: 'A', to: 'Z' }], rate: 1 });
    expect(shardsOf(plan)).toEqual([
      { id: 1, from: 'A', to: 'M' },
      { id: 2, from: 'N', to: 'Z', next: ['A', 'Z'] },
    ]);
  });

  it('cannot be made without another map, or for more shards than the orders can be divided among', () => {
    expect(() => planFor(ANSWER, { rate: 1 })).toThrow(
      'The deployment has no next map to plan for. Give one with --map, or have one proposed with --balance.',
    );
    expect(() => planFor({ ...ANSWER, stored: [] }, { balance: 2, rate: 1 })).toThrow('No orders are stored,');
    expect(() => planFor(ANSWER, { balance: 4, rate: 1 })).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: expect.stringContaining('The stored orders cannot be divided among 4 shards'),
      }),
    );
  });
});
