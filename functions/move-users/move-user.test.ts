import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Moves } from '../domain/moves.ts';
import { moveUser } from './move-user.ts';

const PAGE_MS = 50;

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Moves a user whose pages take 50 ms each, by the mover's clock. @returns the milliseconds of its pauses */
async function pausesOf(orders: number, pages: number): Promise<number> {
  let left = pages;
  const last = { createdAt: new Date(0), id: 'id' };
  const moves = {
    claim: async () => ({ outcome: 'copying', attempt: 1 }),
    expect: async () => 'arriving',
    page: async () => {
      vi.advanceTimersByTime(PAGE_MS);
      left -= 1;
      return { orders: left === 0 ? 1 : 500, rows: '[]', last };
    },
    take: async () => undefined,
    leave: async () => ({ outcome: 'leaving', rest: '{}' }),
    arrive: async () => 'here',
    left: async () => 'moved',
  } as Partial<Moves> as Moves;
  const begun = Date.now();
  const user = { userId: 'alice', move: 1, source: { id: 1 }, target: { id: 2 }, orders };
  expect(await moveUser(user, moves)).toBe('moved');
  return Date.now() - begun;
}

it('pages follow each other half a second apart, so that requests are served meanwhile', async () => {
  expect(await pausesOf(1_000, 2)).toBeGreaterThanOrEqual(440);
});

// At the usual pace this would take 90 s.
it('those of a user with very many orders follow at once when they take as long as they may', {
  timeout: 45_000,
}, async () => {
  await pausesOf(300_000, 201);
});
