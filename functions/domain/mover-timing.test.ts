import { expect, it } from 'vitest';
import { AVERAGE_ORDERS_PER_SECOND, MOVER_RUN } from './mover-timing.ts';

it('a run has ended when its time is over, and what moves in a second of a move says so', () => {
  expect(MOVER_RUN.copySeconds).toBeLessThan(MOVER_RUN.timeoutSeconds);
  expect(AVERAGE_ORDERS_PER_SECOND).toBe(1_500);
});
