import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

/** Copies pages that take no time. @returns the milliseconds of all, and whether time was left for each */
async function copyPages(orders: readonly number[], ordersPerSecond: number, seconds: number) {
  const begun = performance.now();
  const pace = new Pace({ ordersPerPage: 500, ordersPerSecond, until: begun + seconds * 1_000 });
  const turns: boolean[] = [];
  for (const each of orders) {
    turns.push(await pace.next());
    if (turns.at(-1)) pace.copied(each, performance.now());
  }
  return { turns, ms: performance.now() - begun };
}

it('copies so many orders a second, of one user or of many with few each', async () => {
  for (const orders of [
    [500, 500, 1],
    [...Array(100).fill(10), 1],
  ]) {
    const { turns, ms } = await copyPages(orders, 2_000, 3_600);
    expect(turns).not.toContain(false);
    expect(ms).toBeGreaterThanOrEqual(495);
  }
});

it('gives no turn that would come after the time of the run, and does not wait for it', async () => {
  const { turns, ms } = await copyPages([500, 500], 1, 60);
  expect(turns).toEqual([true, false]);
  expect(ms).toBeLessThan(60_000);
});
