import type { ShardRange } from '../../domain/shard-map.ts';
import type { ShardDatabases } from './shard-databases.ts';

/** Arbitrary, but the same in every run. */
const LOCK = 7_210_007;

/** One mover at a time, by a lock of its session in one shard: it ends with the connection, however the mover ends. */
export class PostgresMoverLock {
  readonly #databases: ShardDatabases;
  readonly #shard: ShardRange;

  /** @param databases with one connection for each shard. @param shards the lock is in the first of them */
  constructor(databases: ShardDatabases, [shard]: readonly ShardRange[]) {
    if (shard === undefined) throw new Error('There is no shard to lock.');
    this.#databases = databases;
    this.#shard = shard;
  }

  /** @returns what `work` does; undefined when another mover works, and nothing was done. @throws ShardUnavailableError */
  async hold<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    const [row] = await this.#run<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked');
    if (!row?.locked) return undefined;
    try {
      return await work();
    } finally {
      await this.#run('SELECT pg_advisory_unlock($1)');
    }
  }

  #run<Row extends object>(text: string): Promise<Row[]> {
    return this.#databases.query<Row & Record<string, unknown>>(this.#shard, { text, values: [LOCK] });
  }
}
