import { ShardUnavailableError } from '../../domain/errors.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import type { ShardDatabases } from './shard-databases.ts';

/** Arbitrary, but the same in every run. */
const LOCK = 7_210_007;

/**
 * One mover at a time, by a lock of its session in the first shard that responds: while one is down, users move between the others.
 * It ends with the connection, however the mover ends. Two movers that find different shards down do no harm, only work for nothing.
 */
export class PostgresMoverLock {
  readonly #databases: ShardDatabases;
  readonly #shards: readonly ShardRange[];

  /** @param databases with one connection for each shard */
  constructor(databases: ShardDatabases, shards: readonly ShardRange[]) {
    this.#databases = databases;
    this.#shards = shards;
  }

  /**
   * @returns what `work` does; undefined when another mover works, and nothing was done
   * @throws ShardUnavailableError when no shard responds
   */
  async hold<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    const { shard, locked } = await this.#tryToLock();
    if (!locked) return undefined;
    try {
      return await work();
    } finally {
      await this.#unlock(shard);
    }
  }

  /** A shard that does not respond has lost the connection, and with it the lock. What was done counts. */
  async #unlock(shard: ShardRange): Promise<void> {
    try {
      await this.#run(shard, 'SELECT pg_advisory_unlock($1)');
    } catch (error) {
      if (!(error instanceof ShardUnavailableError)) throw error;
    }
  }

  async #tryToLock(): Promise<{ shard: ShardRange; locked: boolean }> {
    let failure: unknown = new Error('There is no shard to lock.');
    for (const shard of this.#shards) {
      try {
        const [row] = await this.#run<{ locked: boolean }>(shard, 'SELECT pg_try_advisory_lock($1) AS locked');
        return { shard, locked: row?.locked === true };
      } catch (error) {
        if (!(error instanceof ShardUnavailableError)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  #run<Row extends object>(shard: ShardRange, text: string): Promise<Row[]> {
    return this.#databases.query<Row & Record<string, unknown>>(shard, { text, values: [LOCK] });
  }
}
