import { expect, it } from 'vitest';
import { planKills } from './kills.ts';
import { seededRandom } from './random.ts';

const plan = (seed: number) => planKills(['kafka', 'orders_shard1', 'the runner'], 3, 100, seededRandom(seed));

it('plans as many kills of each kind as asked for, within the run', () => {
  const kills = plan(1);
  expect(kills.map(({ kind }) => kind).sort()).toEqual(
    ['kafka', 'orders_shard1', 'the runner'].flatMap((kind) => Array(3).fill(kind)),
  );
  expect(kills.every(({ gap }) => gap >= 0)).toBe(true);
  expect(kills.reduce((sum, { gap }) => sum + gap, 0)).toBeLessThan(100);
});

it('plans the same for the same seed and something else for another', () => {
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1)).not.toEqual(plan(2));
});
