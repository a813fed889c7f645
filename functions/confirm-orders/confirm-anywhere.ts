import { setTimeout as delay } from 'node:timers/promises';
import { atAnyShard } from '../domain/at-any-shard.ts';
import { ShardUnavailableError, type UserRefusal } from '../domain/errors.ts';
import type { OrderConfirmed } from '../domain/events.ts';
import type { ConfirmationStore, MoveSteps } from '../domain/ports.ts';
import type { ShardRange } from '../domain/shard-map.ts';
import { endExpired, ON_THE_WAY } from '../domain/users-place.ts';

type Confirmations = readonly OrderConfirmed[];

export interface ConfirmDependencies {
  readonly shards: readonly ShardRange[];
  readonly orders: ConfirmationStore;
  /** To end a switch that nobody has ended in time. */
  readonly moves: MoveSteps;
}

export interface Outcome {
  /** The age in seconds of each order that was not confirmed before. */
  readonly lags: readonly number[];
  /** Those whose orders no shard has. */
  readonly missing: Confirmations;
  /** Those that cannot be applied now: no shard has their user at this moment, or another one is down that may have them. */
  readonly waiting: Confirmations;
}

/**
 * Confirms orders at the shard where they were placed, and those that are not there at the others. Neither a user who is on the
 * way between two shards nor another shard that is down holds up the orders of other users.
 *
 * @param expected the id of the shard where they were placed
 * @throws ShardUnavailableError when the expected shard does not respond
 */
export async function confirmAnywhere(
  expected: number,
  confirmations: Confirmations,
  dependencies: ConfirmDependencies,
): Promise<Outcome> {
  const lags: number[] = [];
  const waiting: OrderConfirmed[] = [];
  let allResponded = true;
  const missing = await atAnyShard(expected, dependencies.shards, confirmations, async (shard, items) => {
    try {
      const outcome = await confirmAt(shard, items, dependencies);
      lags.push(...outcome.lags);
      waiting.push(...outcome.waiting);
      return outcome.missing;
    } catch (error) {
      if (shard.id === expected || !(error instanceof ShardUnavailableError)) throw error;
      allResponded = false;
      return items;
    }
  });
  return allResponded ? { lags, missing, waiting } : { lags, missing: [], waiting: [...waiting, ...missing] };
}

/** Confirms what the shard takes, then waits for users whom it refuses for as long as one may be on the way. */
async function confirmAt(
  shard: ShardRange,
  confirmations: Confirmations,
  dependencies: ConfirmDependencies,
): Promise<Outcome> {
  const lags: number[] = [];
  const missing: OrderConfirmed[] = [];
  const until = performance.now() + ON_THE_WAY.patienceMs;
  for (let left = confirmations; ; ) {
    const attempt = await confirmUnlessRefused(shard, left, dependencies.orders);
    lags.push(...attempt.lags);
    missing.push(...attempt.missing);
    left = left.filter(({ userId }) => attempt.refusals.some(({ user }) => user === userId));
    if (left.length === 0 || performance.now() > until) return { lags, missing, waiting: left };
    for (const refusal of attempt.refusals) await endIfExpired(refusal, shard, dependencies);
    await delay(ON_THE_WAY.pauseMs);
  }
}

/** Leaves out one user after the other whom the shard refuses. */
async function confirmUnlessRefused(shard: ShardRange, confirmations: Confirmations, orders: ConfirmationStore) {
  const refusals: UserRefusal[] = [];
  for (let left = confirmations; left.length > 0; ) {
    try {
      const ids = left.map(({ orderId }) => orderId);
      const { lags, missing } = await orders.markConfirmed(shard, ids);
      return { lags, missing: left.filter(({ orderId }) => missing.includes(orderId)), refusals };
    } catch (error) {
      const refusal = error instanceof ShardUnavailableError ? error.refusal : undefined;
      const others = left.filter(({ userId }) => userId !== refusal?.user);
      if (refusal === undefined || others.length === left.length) throw error;
      refusals.push(refusal);
      left = others;
    }
  }
  return { lags: [], missing: [], refusals };
}

async function endIfExpired(
  { user, move, peer, leaving }: UserRefusal,
  source: ShardRange,
  { shards, moves }: ConfirmDependencies,
): Promise<void> {
  const target = shards.find(({ id }) => id === peer);
  if (!leaving?.expired || target === undefined) return;
  try {
    await endExpired({ userId: user, move, attempt: leaving.attempt }, source, target, moves);
  } catch (error) {
    // The user stays on the way until the target is back.
    if (!(error instanceof ShardUnavailableError)) throw error;
  }
}
