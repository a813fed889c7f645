import pg from 'pg';
import { withDeadline } from '../../domain/deadline.ts';
import { ShardUnavailableError } from '../../domain/errors.ts';
import type { Log } from '../../domain/ports.ts';
import { CONNECTIONS_PER_SHARD, type ShardRange, shardName } from '../../domain/shard-map.ts';
import type { DatabaseSecrets } from '../database-secrets.ts';
import type { ConnectedShard } from '../shard-variables.ts';
import { type ConnectionLimits, connectionSettings } from './connection.ts';
import { isConnectionLost, isLoginRefused, isUnavailable, refusalOf } from './failures.ts';

/** `total` covers secret, connection, statement and retries. */
export interface QueryLimits extends ConnectionLimits {
  readonly total: number;
}

/** While a client waits: it must learn within 2 s that a shard is down. See `openDatabases`. */
export const REQUEST_LIMITS: QueryLimits = { connect: 1_200, statement: 1_200, total: 1_600 };
/** For named statements, whose plans outlive what they were made for: of an empty table, Postgres would read all. */
export const NAMED_STATEMENT_LIMITS: QueryLimits = { ...REQUEST_LIMITS, byIndex: true };
export const BACKGROUND_LIMITS: QueryLimits = { connect: 2_000, statement: 3_000, total: 4_000 };
/** For statements that count the orders of a shard by user. */
export const MOVER_LIMITS: QueryLimits = { connect: 5_000, statement: 20_000, total: 25_000 };

/** A connection found dead later than this leaves no time for another. */
const RECONNECT_WITHIN_MS = 500;

export interface ShardSettings {
  readonly shards: readonly ConnectedShard[];
  readonly tls: boolean;
}

export interface Statement {
  /** Of one that runs for each order: Postgres parses and plans it once for a connection. */
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** One connection per shard, opened when first needed and kept for the life of the execution environment. */
export class ShardDatabases {
  readonly #settings: ShardSettings;
  readonly #secrets: DatabaseSecrets;
  readonly #log: Log;
  readonly #limits: QueryLimits;
  readonly #pools = new Map<number, Promise<pg.Pool>>();

  constructor(settings: ShardSettings, secrets: DatabaseSecrets, log: Log, limits: QueryLimits) {
    this.#settings = settings;
    this.#secrets = secrets;
    this.#log = log;
    this.#limits = limits;
  }

  /**
   * Runs a statement that is safe to run twice. Retries on a new connection when the kept one is dead, and with another
   * password when the login is refused, as during a rotation.
   *
   * @throws ShardUnavailableError when the shard did not respond in time; the statement may have run, unless the shard refused it
   *   because of a user who moves
   */
  async query<Row extends pg.QueryResultRow>(range: ShardRange, statement: Statement): Promise<Row[]> {
    const name = shardName(range);
    const shard = this.#settings.shards.find(({ id }) => id === range.id);
    if (shard === undefined) throw new Error(`There is no database for ${name}.`);
    try {
      return await withDeadline(
        this.#limits.total,
        `A query of ${name}`,
        this.#attemptRepeatedly<Row>(shard, statement),
      );
    } catch (error) {
      if (isUnavailable(error)) throw new ShardUnavailableError(name, { cause: error, refusal: refusalOf(error) });
      throw error;
    }
  }

  /** As {@link query}, of a statement that gives one row whatever the tables have. */
  async queryRow<Row extends pg.QueryResultRow>(range: ShardRange, statement: Statement): Promise<Row> {
    const [row] = await this.query<Row>(range, statement);
    if (row === undefined) throw new Error(`"${statement.text}" gave no row.`);
    return row;
  }

  /** @throws ShardUnavailableError when the shard does not respond */
  async check(shard: ShardRange): Promise<void> {
    await this.query(shard, { text: 'SELECT 1', values: [] });
  }

  async close(): Promise<void> {
    const pools = await Promise.allSettled(this.#pools.values());
    this.#pools.clear();
    await Promise.all(pools.map((pool) => (pool.status === 'fulfilled' ? pool.value.end() : undefined)));
  }

  async #attemptRepeatedly<Row extends pg.QueryResultRow>(shard: ConnectedShard, statement: Statement): Promise<Row[]> {
    const started = performance.now();
    let reconnected = false;
    for (let refusals = 0; ; ) {
      try {
        return await this.#attempt<Row>(shard, statement);
      } catch (error) {
        const elapsed = performance.now() - started;
        if (isLoginRefused(error) && elapsed < this.#limits.total) {
          await this.#secrets.refreshCredential(shard.secret, refusals);
          refusals += 1;
        } else if (isConnectionLost(error) && !reconnected && elapsed < RECONNECT_WITHIN_MS) {
          reconnected = true;
        } else {
          throw error;
        }
        this.#log.warn('trying a query again on a new connection', { shard: shardName(shard), error });
      }
    }
  }

  async #attempt<Row extends pg.QueryResultRow>(shard: ConnectedShard, statement: Statement): Promise<Row[]> {
    const pool = await this.#pool(shard);
    const { rows } = await pool.query<Row>({ ...statement, values: [...statement.values] });
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
      ...connectionSettings(secret, password, this.#settings.tls, this.#limits),
      max: CONNECTIONS_PER_SHARD,
      // Timers stop while the environment is frozen, so an idle limit would only cut connections about to be used.
      idleTimeoutMillis: 0,
      allowExitOnIdle: true,
    });
    pool.on('error', (error) => this.#log.warn('an idle connection was lost', { shard: shardName(shard), error }));
    return pool;
  }
}
