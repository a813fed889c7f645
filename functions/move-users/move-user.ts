import { setTimeout as delay } from 'node:timers/promises';
import { MOVER_PATIENCE } from '../domain/mover-timing.ts';
import type { Leaving, Moves, PageEnd } from '../domain/moves.ts';
import type { MoveAttempt } from '../domain/ports.ts';
import type { ShardRange } from '../domain/shard-map.ts';
import type { Pace } from './pace.ts';

export interface UserMove {
  readonly userId: string;
  readonly move: number;
  readonly source: ShardRange;
  readonly target: ShardRange;
}

/**
 * `busy`: not now; `unfinished`: the next run goes on; `gone`: there is nothing to move; `stopped`: this is not the move under way, or
 * it is paused.
 */
export type MoveOutcome = 'moved' | 'busy' | 'unfinished' | 'gone' | 'stopped';

/**
 * Moves one user: copies the orders while requests go on, then switches. Where the time of a run ends, or something fails, the next
 * one, or `endExpired`, goes on.
 *
 * @throws ShardUnavailableError when a shard does not respond; MoveOverError when a later attempt has begun
 */
export async function moveUser(user: UserMove, moves: Moves, pace: Pace): Promise<MoveOutcome> {
  const { userId, move, source, target } = user;
  const claimed = await moves.claim(source, userId, move, target.id);
  if (claimed.outcome !== 'copying') return claimed.outcome;
  const attempt = { userId, move, attempt: claimed.attempt };
  const { state, copied } = await moves.expect(target, attempt, source.id);
  // A target that has refused the attempt, or given the user up in a repair, takes them in with a later one only.
  if (state === 'refused' || state === 'moved') await moves.stay(source, attempt);
  if (state !== 'arriving') return state === 'stopped' ? 'stopped' : 'busy';
  if (!(await copyOrders(attempt, copied, user, moves, pace))) return 'unfinished';
  const leaving = await leave(attempt, source, moves);
  if (leaving.outcome !== 'leaving') return leaving.outcome;
  const arrived = await moves.arrive(target, attempt, leaving.rest);
  if (arrived !== 'here') return 'busy';
  await moves.left(source, attempt);
  return 'moved';
}

/** @returns whether all are there: not when the time of the run was over before */
async function copyOrders(
  attempt: MoveAttempt,
  copied: PageEnd | undefined,
  { source, target }: UserMove,
  moves: Moves,
  pace: Pace,
): Promise<boolean> {
  let after = copied;
  while (await pace.next()) {
    const begun = performance.now();
    const page = await moves.page(source, attempt.userId, after, pace.ordersPerPage);
    if (page.orders > 0) await moves.take(target, attempt, page.rows);
    pace.copied(page.orders, begun);
    if (page.orders < pace.ordersPerPage) return true;
    after = page.last;
  }
  return false;
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
