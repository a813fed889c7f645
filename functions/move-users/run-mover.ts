import { setTimeout as delay } from 'node:timers/promises';
import { type Metrics, secondsSince } from '../contract/metrics.ts';
import { MoveOverError, ShardUnavailableError } from '../domain/errors.ts';
import { MOVED_ORDERS, MOVER_PACE, MOVER_PATIENCE, MOVER_RUN } from '../domain/mover-timing.ts';
import type { MoveReader, Moves, UserToMove } from '../domain/moves.ts';
import type { Log } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import { endSwitches } from './end-switches.ts';
import { isSource, type KnownMove } from './known-moves.ts';
import { moveUser } from './move-user.ts';
import { Pace } from './pace.ts';

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

interface Waiting extends UserToMove {
  readonly source: ShardRange;
}

class Run {
  readonly #dependencies: MoverDependencies;
  readonly #until = performance.now() + MOVER_RUN.copySeconds * 1_000;
  readonly #pace = new Pace({ ...MOVER_PACE, until: this.#until });
  readonly #away = new Set<number>();
  /** Users who were found in each source and have not moved. */
  readonly #left = new Map<number, number>();
  /** Sources with a user who takes more than this run. */
  readonly #unfinished = new Set<number>();
  #moved = 0;
  #archived = 0;

  constructor(dependencies: MoverDependencies) {
    this.#dependencies = dependencies;
  }

  async perform(): Promise<MoverRun> {
    const { metrics, log } = this.#dependencies;
    const known = await this.#ofAll(async (shard) => ({ shard, ...(await this.#dependencies.reader.moveOf(shard)) }));
    const running = known.filter(({ state }) => state === 'running');
    await this.#ofAll((shard) => endSwitches(shard, this.#dependencies));
    await this.#ofAll((shard) => this.#tidy(shard));
    if (running.length > 0 && (await this.#canCopy())) await this.#moveUsers(running, known.filter(isSource));
    await this.#forget();
    const values = { UsersMoved: this.#moved, MoveStandstillSeconds: await this.#standstill(running) };
    metrics.record('users moved', values);
    if (this.#archived > 0) log.info('orders of moved users archived', { orders: this.#archived });
    return { moved: this.#moved, archived: this.#archived };
  }

  /** Not while a deployment migrates the shards, or could not migrate all of them. */
  async #canCopy(): Promise<boolean> {
    const columns = new Set(await this.#ofAll((shard) => this.#dependencies.reader.copiedColumns(shard)));
    if (columns.size > 1)
      this.#dependencies.log.error('no user moves until all shards are migrated: their columns differ');
    return columns.size < 2;
  }

  async #moveUsers(running: readonly KnownMove[], sources: readonly KnownMove[]): Promise<void> {
    const move = Math.max(...running.map((each) => each.move));
    // Other shards have nobody to move.
    const ids = new Set(sources.map(({ shard }) => shard.id));
    const lists = await this.#ofAll(async (source) => {
      if (!ids.has(source.id)) return [];
      const users = await this.#dependencies.reader.usersToMove(source);
      this.#left.set(source.id, users.length);
      return users.map((user): Waiting => ({ ...user, source }));
    });
    // Heavy users last: most are soon where they belong.
    let waiting = lists.flat().sort((one, other) => one.orders - other.orders);
    while (waiting.length > 0) {
      const busy: Waiting[] = [];
      for (const user of waiting) {
        if (!this.#hasTime()) return;
        const outcome = await this.#moveUser(user, move);
        if (outcome === 'stopped') return;
        if (outcome === 'busy') busy.push(user);
      }
      waiting = busy;
      if (busy.length > 0) await delay(MOVER_PATIENCE.pauseMs);
    }
  }

  async #moveUser({ userId, peer, source }: Waiting, move: number) {
    const { moves, shards } = this.#dependencies;
    const target = shards.find(({ id }) => id === peer);
    if (target === undefined || this.#away.has(source.id) || this.#away.has(peer)) return undefined;
    const outcome = await this.#with(source, () =>
      moveUser({ userId, move, source, target }, moves, this.#pace).catch((error: unknown) => {
        if (error instanceof MoveOverError) return 'busy' as const;
        throw error;
      }),
    );
    if (outcome === 'moved') this.#moved += 1;
    if (outcome === 'unfinished') this.#unfinished.add(source.id);
    if (outcome === 'moved' || outcome === 'gone') this.#left.set(source.id, (this.#left.get(source.id) ?? 0) - 1);
    return outcome;
  }

  /** Takes away what is another shard's by now. Half of the time at most: users wait. */
  async #tidy(shard: ShardRange): Promise<void> {
    const { reader, moves } = this.#dependencies;
    const share = (MOVER_RUN.copySeconds * 500) / this.#dependencies.shards.length;
    const begun = performance.now();
    for (const userId of await reader.toClear(shard)) {
      await this.#pages(begun + share / 2, (limit) => moves.clear(shard, userId, limit));
    }
    for (const userId of await reader.toArchive(shard)) {
      await this.#pages(begun + share, async (limit) => {
        const orders = await moves.archive(shard, userId, limit);
        this.#archived += orders;
        return orders;
      });
    }
  }

  /** Drops what has rested long enough: a page of each shard in turn, and further ones while there is time. */
  async #forget(): Promise<void> {
    const { moves, now } = this.#dependencies;
    const before = new Date(now().getTime() - MOVED_ORDERS.keepDays * 86_400_000);
    const { page } = MOVED_ORDERS;
    let full = new Set(this.#dependencies.shards);
    do {
      const forgotten = await this.#ofAll(async (shard) => ({
        shard,
        orders: full.has(shard) ? await moves.forget(shard, before, page) : 0,
      }));
      full = new Set(forgotten.filter(({ orders }) => orders === page).map(({ shard }) => shard));
    } while (full.size > 0 && this.#hasTime());
  }

  /** Repeats a step that takes a page of orders, until one is not full. */
  async #pages(until: number, step: (limit: number) => Promise<number>): Promise<void> {
    const { page } = MOVED_ORDERS;
    while (performance.now() < until && (await step(page)) === page);
  }

  /** For how long no user has moved or been copied although some are left, in seconds. */
  async #standstill(running: readonly KnownMove[]): Promise<number> {
    const { reader, now } = this.#dependencies;
    const seconds = running.filter(isSource).map(async ({ shard, move }) => {
      const last = await this.#with(shard, () => reader.lastMove(shard, move));
      if (last === undefined || this.#unfinished.has(shard.id)) return 0;
      return last.isLeaving || (this.#left.get(shard.id) ?? 0) > 0 ? secondsSince(last.lastMovedAt, now()) : 0;
    });
    return Math.max(0, ...(await Promise.all(seconds)));
  }

  #hasTime(): boolean {
    return performance.now() < this.#until;
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
