import { setTimeout as delay } from 'node:timers/promises';
import { ShardUnavailableError, type UserRefusal } from './errors.ts';
import type { MoveAttempt, MoveSteps } from './ports.ts';
import { placesFor, type ShardRange, shardFor } from './shard-map.ts';

/** How a user is awaited who is on the way, which takes some tens of milliseconds. */
export const ON_THE_WAY = {
  /** Between two attempts. */
  pauseMs: 50,
  /**
   * No attempt begins later. Longer than the lease of a user on the way, unless much has changed while they were copied: whoever meets
   * them then finishes or undoes the move.
   */
  patienceMs: 3_000,
} as const;
/** So many users who have moved are found at once by an environment. */
const REMEMBERED = 1_000;

/**
 * Repeats what a shard refuses because of a user who moves.
 *
 * @param attempt safe to repeat
 * @param react called after each refusal; false gives up
 * @throws what the attempt throws; a refusal when `react` gives up or 3 s are over
 */
export async function untilTaken<T>(
  attempt: () => Promise<T>,
  react: (refusal: UserRefusal) => Promise<boolean>,
): Promise<T> {
  const until = performance.now() + ON_THE_WAY.patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const refusal = error instanceof ShardUnavailableError ? error.refusal : undefined;
      if (refusal === undefined || performance.now() > until || !(await react(refusal))) throw error;
    }
  }
}

/** Repeats it after a moment. @throws as {@link untilTaken} */
export function againWhileMoving<T>(attempt: () => Promise<T>): Promise<T> {
  return untilTaken(attempt, async () => {
    await delay(ON_THE_WAY.pauseMs);
    return true;
  });
}

/** Finishes or undoes a switch that nobody has ended in time. @returns whether the user has moved */
export async function endExpired(
  attempt: MoveAttempt,
  source: ShardRange,
  target: ShardRange,
  moves: MoveSteps,
): Promise<boolean> {
  const arrived = (await moves.refuse(target, attempt, source.id)) === 'here';
  await (arrived ? moves.left(source, attempt) : moves.stay(source, attempt));
  return arrived;
}

/** Finds users wherever they are while they move between shards: docs/moving-users.md. */
export class UsersPlace {
  readonly #shards: readonly ShardRange[];
  readonly #moves: MoveSteps;
  /** Where users are who were not at their present owner. */
  readonly #found = new Map<string, ShardRange>();

  constructor(shards: readonly ShardRange[], moves: MoveSteps) {
    this.#shards = shards;
    this.#moves = moves;
  }

  /**
   * Does the work at the shard that has the user: at once for a user who does not move.
   *
   * @param work safe to repeat
   * @throws as {@link untilTaken}
   */
  async at<T>(userId: string, work: (shard: ShardRange) => Promise<T>): Promise<T> {
    let shard = this.firstFor(userId);
    let refusals = 0;
    const result = await untilTaken(
      () => work(shard),
      async (refusal) => {
        const peer = this.#peerOf(shard, refusal.peer, userId);
        if (peer === undefined) return false;
        refusals += 1;
        // Shards that send a user back and forth are in the middle of something.
        if (refusal.leaving?.expired === false || refusals > 1) await delay(ON_THE_WAY.pauseMs);
        shard = await this.#follow(userId, shard, peer, refusal);
        return true;
      },
    );
    this.#remember(userId, shard);
    return result;
  }

  /** The shard that is asked first for a user. */
  firstFor(userId: string): ShardRange {
    return this.#found.get(userId) ?? shardFor(this.#shards, userId);
  }

  /** @returns where the user may be now */
  async #follow(userId: string, shard: ShardRange, peer: ShardRange, refusal: UserRefusal): Promise<ShardRange> {
    const { move, leaving } = refusal;
    if (leaving === undefined) {
      if (refusal.new) await this.#moves.welcome(peer, userId, move);
      return peer;
    }
    if (leaving.expired) await endExpired({ userId, move, attempt: leaving.attempt }, shard, peer, this.#moves);
    return shard;
  }

  /** A shard that does not know the peer leaves the other place of the user. */
  #peerOf(shard: ShardRange, id: number | null, userId: string): ShardRange | undefined {
    const places = placesFor(this.#shards, userId);
    if (id === null) return places.find((place) => place.id !== shard.id);
    return [...places, ...this.#shards].find((place) => place.id === id);
  }

  #remember(userId: string, shard: ShardRange): void {
    this.#found.delete(userId);
    if (shard === shardFor(this.#shards, userId)) return;
    const [oldest] = this.#found.keys();
    if (this.#found.size >= REMEMBERED && oldest !== undefined) this.#found.delete(oldest);
    this.#found.set(userId, shard);
  }
}
