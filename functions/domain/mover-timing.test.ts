import { expect, it } from 'vitest';
import { MOVER_PACE, MOVER_RUN, paceOf } from './mover-timing.ts';

it('a user is copied at an even pace, and one with very many orders so fast that a run is enough', () => {
  expect([1, 30_000].map(paceOf)).toEqual([1_000, 1_000]);
  expect(paceOf(600_000)).toBe(20_000);
  expect(MOVER_PACE.userWithinSeconds).toBeLessThan(MOVER_RUN.beginUsersSeconds);
});
