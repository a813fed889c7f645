import { setTimeout as delay } from 'node:timers/promises';
import { MOVER_PACE, MOVER_PATIENCE, paceOf } from '../domain/mover-timing.ts';
import type { Leaving, Moves, PageEnd } from '../domain/moves.ts';
import type { MoveAttempt } from '../domain/ports.ts';
import type { ShardRange } from '../domain/shard-map.ts';

export interface UserMove {
  readonly userId: string;
  readonly move: number;
  readonly source: ShardRange;
  readonly target: ShardRange;
  /** How many there are to copy; they may have become more. */
  readonly orders: number;
}

/** `busy`: not now; `gone`: there is nothing to move; `stopped`: this is not the move under way, or it is paused. */
export type MoveOutcome = 'moved' | 'busy' | 'gone' | 'stopped';

/**
 * Moves one user: copies the orders while requests go on, then switches. Whatever fails on the way leaves a state that the next
 * attempt, or `endExpired`, goes on from.
 *
 * @throws ShardUnavailableError when a shard does not respond; MoveOverError when a later attempt has begun
 */
export async function moveUser(user: UserMove, moves: Moves): Promise<MoveOutcome> {
  const { userId, move, source, target } = user;
  const claimed = await moves.claim(source, userId, move, target.id);
  if (claimed.outcome !== 'copying') return claimed.outcome;
  const attempt = { userId, move, attempt: claimed.attempt };
  const expected = await moves.expect(target, attempt, source.id);
  if (expected !== 'arriving') return expected === 'stopped' ? 'stopped' : 'busy';
  await copyOrders(attempt, user, moves);
  const leaving = await leave(attempt, source, moves);
  if (leaving.outcome !== 'leaving') return leaving.outcome;
  const arrived = await moves.arrive(target, attempt, leaving.rest);
  if (arrived !== 'here') return 'busy';
  await moves.left(source, attempt);
  return 'moved';
}

async function copyOrders(attempt: MoveAttempt, { source, target, orders }: UserMove, moves: Moves): Promise<void> {
  const { ordersPerPage } = MOVER_PACE;
  const ordersPerSecond = paceOf(orders);
  let after: PageEnd | undefined;
  for (;;) {
    const begun = performance.now();
    const page = await moves.page(source, attempt.userId, after, ordersPerPage);
    if (page.orders > 0) await moves.take(target, attempt, page.rows);
    if (page.orders < ordersPerPage) return;
    after = page.last;
    await delay(Math.max(0, begun + (page.orders / ordersPerSecond) * 1_000 - performance.now()));
  }
}

/** What is placed meanwhile belongs to the rest, so waiting costs nothing but time. */
async function leave(attempt: MoveAttempt, source: ShardRange, moves: Moves): Promise<Leaving> {
  const { triesBeforeFence, tries, pauseMs } = MOVER_PATIENCE;
  for (let tried = 1; ; tried++) {
    const leaving = await moves.leave(source, attempt, tried > triesBeforeFence);
    if (leaving.outcome !== 'busy' || tried >= tries) return leaving;
    await delay(pauseMs);
  }
}
