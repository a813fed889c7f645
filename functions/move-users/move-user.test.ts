import { expect, it } from 'vitest';
import type { Moves, PageEnd } from '../domain/moves.ts';
import { moveUser } from './move-user.ts';
import { Pace } from './pace.ts';

const ORDERS = 7;
const USER = { userId: 'alice', move: 1, source: { id: 1 }, target: { id: 2 } };

/** A user with seven orders, of whom the target knows how far the attempt is. */
class MovingUser {
  copied: PageEnd | undefined;
  readonly pages: (string | undefined)[] = [];
  readonly moves = {
    claim: async () => ({ outcome: 'copying', attempt: 1 }),
    expect: async () => ({ state: 'arriving', copied: this.copied }),
    page: async (_, __, after, limit) => {
      this.pages.push(after?.id);
      const from = Number(after?.id ?? 0);
      const orders = Math.min(limit, ORDERS - from);
      const last = orders === 0 ? undefined : { createdAt: new Date(from + orders), id: String(from + orders) };
      return { orders, rows: JSON.stringify(last), last };
    },
    take: async (_, __, rows) => {
      const { createdAt, id } = JSON.parse(rows);
      this.copied = { createdAt: new Date(createdAt), id };
    },
    leave: async () => ({ outcome: 'leaving', rest: '{}' }),
    arrive: async () => 'here',
    left: async () => 'moved',
  } satisfies Partial<Moves> as Partial<Moves> as Moves;
}

/** A run with time for so many pages of two orders. */
function runOf(pages: number): Pace {
  let left = pages;
  return Object.assign(new Pace({ ordersPerPage: 2, ordersPerSecond: 1_000_000, until: Number.POSITIVE_INFINITY }), {
    next: async () => left-- > 0,
  });
}

it('a user whose orders are too many for a run goes on behind the last page in the next one', async () => {
  const user = new MovingUser();
  expect(await moveUser(USER, user.moves, runOf(2))).toBe('unfinished');
  expect(await moveUser(USER, user.moves, runOf(1))).toBe('unfinished');
  expect(await moveUser(USER, user.moves, runOf(2))).toBe('moved');
  expect(user.pages).toEqual([undefined, '2', '4', '6']);
});
