import { setTimeout as delay } from 'node:timers/promises';
import type { UserErasure } from '../domain/erasure.ts';
import type { MoveSteps } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import { endExpired } from '../domain/users-place.ts';

/** No round begins later, so that the answer comes within the function's time. */
const BEGIN_WITHIN_MS = 25_000;
const PAUSE_MS = 100;

export interface EraseOrdersDependencies {
  readonly shards: readonly ShardRange[];
  readonly erasure: UserErasure;
  readonly moves: MoveSteps;
}

export interface ErasedOrders {
  /** RFC 3339. What was placed later is a new order. */
  readonly placedUntil: string;
  readonly orders: number;
  /** What moves had left of orders that were elsewhere. */
  readonly copies: number;
  /** Whether nothing is left; otherwise ask again. */
  readonly done: boolean;
  /** Shards that note where the user is, until the move under way is finished. */
  readonly placedIn: readonly string[];
}

/**
 * Erases what a user has placed until then, in all shards. A round goes through all of them; it is done once a round has found nothing:
 * a user who moved meanwhile has left something in a shard that was passed before. docs/moving-users.md
 *
 * @throws ShardUnavailableError when a shard does not respond; what was done stays done
 */
export async function eraseOrders(
  userId: string,
  placedUntil: Date,
  { shards, erasure, moves }: EraseOrdersDependencies,
): Promise<ErasedOrders> {
  const until = performance.now() + BEGIN_WITHIN_MS;
  const hasTime = () => performance.now() < until;
  let [orders, copies] = [0, 0];

  /** @returns whether there was anything to do */
  const eraseIn = async (shard: ShardRange): Promise<boolean> => {
    let found = false;
    while (hasTime()) {
      const page = await erasure.orders(shard, userId, placedUntil);
      if (page.outcome === 'erased') {
        orders += page.orders;
        copies += page.copies;
        if (page.orders + page.copies === 0) return found || page.stopped;
      } else if (page.outcome === 'leaving' && page.expired) {
        const target = shards.find(({ id }) => id === page.peer);
        if (target === undefined) throw new Error(`${shardName(shard)} gives a user to an unknown shard ${page.peer}.`);
        await endExpired(page.attempt, shard, target, moves);
      } else {
        await delay(PAUSE_MS);
      }
      found = true;
    }
    return true;
  };

  let done = false;
  let placedIn: string[] = [];
  while (!done && hasTime()) {
    done = true;
    placedIn = [];
    for (const shard of shards) {
      const found = await eraseIn(shard);
      if (!hasTime()) {
        // Very many orders may be left, and nobody can place one while they are counted.
        done = false;
        break;
      }
      const traces = await erasure.traces(shard, userId);
      if (found || traces.outcome === 'busy' || traces.counted !== 0) done = false;
      // Requests queue behind a statement that waits for this lock: they get on in between.
      if (traces.outcome === 'busy') await delay(PAUSE_MS);
      if (traces.outcome === 'erased' && traces.placed) placedIn.push(shardName(shard));
    }
  }
  return { placedUntil: placedUntil.toISOString(), orders, copies, done, placedIn };
}
