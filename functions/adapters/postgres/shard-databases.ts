import pg from 'pg';
import { within } from '../../domain/deadline.ts';
import { ShardUnavailableError } from '../../domain/errors.ts';
import type { Log } from '../../domain/ports.ts';
import { type ShardRange, shardName } from '../../domain/shard-map.ts';
import type { DatabaseSecrets } from '../database-secrets.ts';
import type { ConnectedShard } from '../environment.ts';
import { connectionSettings } from './connection.ts';
import { isConnectionLost, isLoginRefused, isUnavailable } from './failures.ts';

const LIMITS = { connect: 2_000, statement: 2_000 };
/** For all of a query: secret, connection, statement and one retry. */
const QUERY_TIMEOUT_MS = 3_500;
/** A failure that took longer than this leaves no time for a second attempt. */
const RETRY_WITHIN_MS = 1_000;

/** A statement with its parameters. Without a name, so that a proxy may run it on any connection. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * One connection per shard, opened when first needed and kept for the life of the execution environment, which serves
 * one request at a time.
 */
export class ShardDatabases {
  readonly #shards: readonly ConnectedShard[];
  readonly #secrets: DatabaseSecrets;
  readonly #log: Log;
  readonly #pools = new Map<number, Promise<pg.Pool>>();

  constructor(shards: readonly ConnectedShard[], secrets: DatabaseSecrets, log: Log) {
    this.#shards = shards;
    this.#secrets = secrets;
    this.#log = log;
  }

  /**
   * Runs a statement that may safely run twice: when the kept connection turns out to be dead, or the password to be
   * rotated, it is tried once more on a new one.
   *
   * @throws ShardUnavailableError when the shard did not answer within 3.5 s; the statement may have run all the same
   */
  async query<Row extends pg.QueryResultRow>(range: ShardRange, statement: Statement): Promise<Row[]> {
    const name = shardName(range);
    const shard = this.#shards.find(({ id }) => id === range.id);
    if (shard === undefined) throw new Error(`There is no database for ${name}.`);
    try {
      return await within(QUERY_TIMEOUT_MS, `A query of ${name}`, this.#attemptTwice<Row>(shard, statement));
    } catch (error) {
      if (isUnavailable(error)) throw new ShardUnavailableError(name, { cause: error });
      throw error;
    }
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    const pools = await Promise.allSettled(this.#pools.values());
    this.#pools.clear();
    await Promise.all(pools.map((pool) => (pool.status === 'fulfilled' ? pool.value.end() : undefined)));
  }

  async #attemptTwice<Row extends pg.QueryResultRow>(shard: ConnectedShard, statement: Statement): Promise<Row[]> {
    const started = performance.now();
    try {
      return await this.#attempt<Row>(shard, statement);
    } catch (error) {
      const refused = isLoginRefused(error);
      if (refused) this.#secrets.forget(shard.secret);
      const early = performance.now() - started < RETRY_WITHIN_MS;
      if (!refused && !(early && isConnectionLost(error))) throw error;
      this.#log.warn('trying a query again on a new connection', { shard: shardName(shard), error });
      return this.#attempt<Row>(shard, statement);
    }
  }

  async #attempt<Row extends pg.QueryResultRow>(shard: ConnectedShard, statement: Statement): Promise<Row[]> {
    const pool = await this.#pool(shard);
    const { rows } = await pool.query<Row>(statement.text, [...statement.values]);
    return rows;
  }

  #pool(shard: ConnectedShard): Promise<pg.Pool> {
    const kept = this.#pools.get(shard.id);
    if (kept !== undefined) return kept;
    const opening = this.#openPool(shard);
    this.#pools.set(shard.id, opening);
    opening.catch(() => this.#pools.delete(shard.id));
    return opening;
  }

  async #openPool(shard: ConnectedShard): Promise<pg.Pool> {
    const secret = await this.#secrets.get(shard.secret);
    const password = async () => (await this.#secrets.get(shard.secret)).password;
    const pool = new pg.Pool({
      ...connectionSettings(secret, password, LIMITS),
      max: 1,
      // Timers stand still while the environment is frozen, so an idle limit would only cut connections about to be used.
      idleTimeoutMillis: 0,
      allowExitOnIdle: true,
    });
    pool.on('error', (error) => this.#log.warn('an idle connection was lost', { shard: shardName(shard), error }));
    return pool;
  }
}
