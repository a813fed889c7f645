import { expect, it } from 'vitest';
import { planFaults } from './faults.ts';
import { seededRandom } from './random.ts';

const KINDS = ['kafka', 'orders_shard1', 'runner'];
const plan = (seed: number) => planFaults(KINDS, { kills: 3, stalls: 2 }, seededRandom(seed));

it('plans as many kills and stalls of each kind as asked for, within the run, in the order in which they are due', () => {
  const faults = plan(1);
  const kinds = (isStall: boolean) => faults.filter(({ stallMs }) => (stallMs !== undefined) === isStall);
  expect([kinds(false), kinds(true)].map((some) => some.map(({ kind }) => kind).sort())).toEqual(
    [3, 2].map((times) => KINDS.flatMap((kind) => Array(times).fill(kind))),
  );
  const moments = faults.map(({ at }) => at);
  expect(moments).toEqual(moments.toSorted((one, other) => one - other));
  expect(moments.every((at) => at >= 0 && at < 1)).toBe(true);
});

it('plans the same for the same seed and something else for another', () => {
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1)).not.toEqual(plan(2));
});
