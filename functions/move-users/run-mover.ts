import { setTimeout as delay } from 'node:timers/promises';
import { type Metrics, secondsSince } from '../contract/metrics.ts';
import { MoveOverError, ShardUnavailableError } from '../domain/errors.ts';
import { MOVED_ORDERS, MOVER_PATIENCE, MOVER_RUN, paceOf } from '../domain/mover-timing.ts';
import type { MoveReader, Moves, UserToMove } from '../domain/moves.ts';
import type { Log } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import { endExpired } from '../domain/users-place.ts';
import { isSource, type KnownMove } from './known-moves.ts';
import { moveUser } from './move-user.ts';

/** Keeps a second mover away. */
export interface MoverLock {
  /** @returns what `work` does; undefined when another one works, and nothing was done */
  hold<Result>(work: () => Promise<Result>): Promise<Result | undefined>;
}

export interface MoverDependencies {
  readonly shards: readonly ShardRange[];
  readonly moves: Moves;
  readonly reader: MoveReader;
  readonly lock: MoverLock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now: () => Date;
}

export interface MoverRun {
  readonly moved: number;
  readonly archived: number;
}

/**
 * Goes on with the move that is under way, from what the shards know: first what was left in the middle, then user by user until
 * the time is over. A shard that does not respond is left to the next run. @throws any other failure
 */
export async function runMover(dependencies: MoverDependencies): Promise<MoverRun> {
  // Its time begins now: the lock may wait for a shard that is down.
  const run = new Run(dependencies);
  const done = await dependencies.lock.hold(() => run.perform());
  if (done === undefined) dependencies.log.info('another run is moving users');
  return done ?? { moved: 0, archived: 0 };
}

/** A user of a source whose move has been tried some times. */
interface Waiting extends UserToMove {
  readonly source: ShardRange;
}

class Run {
  readonly #dependencies: MoverDependencies;
  readonly #until = performance.now() + MOVER_RUN.beginUsersSeconds * 1_000;
  readonly #away = new Set<number>();
  #moved = 0;
  #archived = 0;

  constructor(dependencies: MoverDependencies) {
    this.#dependencies = dependencies;
  }

  async perform(): Promise<MoverRun> {
    const { metrics, log } = this.#dependencies;
    const known = await this.#ofAll(async (shard) => ({ shard, ...(await this.#dependencies.reader.moveOf(shard)) }));
    const running = known.filter(({ state }) => state === 'running');
    await this.#ofAll((shard) => this.#endExpired(shard));
    await this.#ofAll((shard) => this.#tidy(shard));
    if (running.length > 0) await this.#moveUsers(running, known.filter(isSource));
    const values = { UsersMoved: this.#moved, MoveStandstillSeconds: await this.#standstill(running) };
    metrics.record('users moved', values);
    if (this.#archived > 0) log.info('orders of moved users archived', { orders: this.#archived });
    return { moved: this.#moved, archived: this.#archived };
  }

  async #moveUsers(running: readonly KnownMove[], sources: readonly KnownMove[]): Promise<void> {
    const move = Math.max(...running.map((each) => each.move));
    // Other shards have nobody to move, and would count all their orders to say so.
    const ids = new Set(sources.map(({ shard }) => shard.id));
    const lists = await this.#ofAll(async (source) =>
      ids.has(source.id)
        ? (await this.#dependencies.reader.usersToMove(source)).map((user): Waiting => ({ ...user, source }))
        : [],
    );
    // Heavy users last: most are soon where they belong.
    let waiting = lists.flat().sort((one, other) => one.orders - other.orders);
    while (waiting.length > 0 && this.#hasTime()) {
      const busy: Waiting[] = [];
      for (const user of waiting) {
        // The next run would copy from the first order again.
        if (!this.#hasTime(user.orders / paceOf(user.orders))) return;
        const outcome = await this.#moveUser(user, move);
        if (outcome === 'stopped') return;
        if (outcome === 'busy') busy.push(user);
      }
      waiting = busy;
      if (busy.length > 0) await delay(MOVER_PATIENCE.pauseMs);
    }
  }

  async #moveUser({ userId, orders, peer, source }: Waiting, move: number) {
    const { moves, shards } = this.#dependencies;
    const target = shards.find(({ id }) => id === peer);
    if (target === undefined || this.#away.has(source.id) || this.#away.has(peer)) return undefined;
    const outcome = await this.#with(source, () =>
      moveUser({ userId, move, source, target, orders }, moves).catch((error: unknown) => {
        if (error instanceof MoveOverError) return 'busy' as const;
        throw error;
      }),
    );
    if (outcome === 'moved') this.#moved += 1;
    return outcome;
  }

  async #endExpired(source: ShardRange): Promise<void> {
    const { reader, moves, shards, log } = this.#dependencies;
    for (const { peer, ...attempt } of await reader.expired(source)) {
      const target = shards.find(({ id }) => id === peer);
      if (target === undefined) continue;
      const moved = await endExpired(attempt, source, target, moves);
      log.info('a switch that was left in the middle was ended', { shard: shardName(source), moved });
    }
  }

  /** Takes away what is another shard's by now. Half of the time at most: users wait. */
  async #tidy(shard: ShardRange): Promise<void> {
    const { reader, moves, now } = this.#dependencies;
    const { archivePage, keepDays } = MOVED_ORDERS;
    const until = performance.now() + (MOVER_RUN.beginUsersSeconds * 500) / this.#dependencies.shards.length;
    const page = async (step: 'archive' | 'clear', userId: string) => {
      let orders: number = archivePage;
      while (orders === archivePage && performance.now() < until) {
        orders = await moves[step](shard, userId, archivePage);
        if (step === 'archive') this.#archived += orders;
      }
    };
    for (const userId of await reader.toArchive(shard)) await page('archive', userId);
    for (const userId of await reader.toClear(shard)) await page('clear', userId);
    await moves.forget(shard, new Date(now().getTime() - keepDays * 86_400_000), archivePage);
  }

  /** For how long no user has moved although some are left, in seconds. */
  async #standstill(running: readonly KnownMove[]): Promise<number> {
    const { reader, now } = this.#dependencies;
    const sources = running.filter(isSource);
    const seconds = sources.map(async ({ shard, move }) => {
      const progress = await this.#with(shard, () => reader.progress(shard, move));
      return progress === undefined || progress.usersLeft === 0 ? 0 : secondsSince(progress.lastMovedAt, now());
    });
    return Math.max(0, ...(await Promise.all(seconds)));
  }

  #hasTime(seconds = 0): boolean {
    return performance.now() + seconds * 1_000 < this.#until;
  }

  /** What `work` gives for each shard that responds, one shard after the other. */
  async #ofAll<Result>(work: (shard: ShardRange) => Promise<Result>): Promise<Result[]> {
    const results: Result[] = [];
    for (const shard of this.#dependencies.shards) {
      if (this.#away.has(shard.id)) continue;
      results.push(...((await this.#with(shard, async () => [await work(shard)])) ?? []));
    }
    return results;
  }

  /** A shard that does not respond is not asked again in this run. */
  async #with<Result>(shard: ShardRange, work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ShardUnavailableError)) throw error;
      this.#dependencies.log.error('a shard does not respond to the mover', { shard: error.shard, error });
      const away = this.#dependencies.shards.find((each) => shardName(each) === error.shard) ?? shard;
      this.#away.add(away.id);
      return undefined;
    }
  }
}
