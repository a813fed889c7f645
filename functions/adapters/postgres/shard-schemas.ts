import pg from 'pg';
import type { ShardState } from '../../domain/map-changes.ts';
import { NO_MOVE } from '../../domain/moves.ts';
import type { Log } from '../../domain/ports.ts';
import { describeShard, type OwningShard, rangeOf, shardName } from '../../domain/shard-map.ts';
import { halfOpen } from '../../domain/user-range.ts';
import type { DatabaseSecret, DatabaseSecrets } from '../database-secrets.ts';
import type { MigratedShard } from '../shard-variables.ts';
import { connectionSettings } from './connection.ts';
import { APPLICATION_RIGHTS, type DatabaseUser, ensureDatabaseUser, MOVER_RIGHTS } from './database-users.ts';
import { isLoginRefused } from './failures.ts';
import { inTransaction, lockOutOtherMigrations } from './locks.ts';
import { IN_RANGE } from './range-condition.ts';
import { applyMigrations } from './schema-migrations.ts';
import { SHARD_MOVE, toShardMove } from './shard-move.ts';
import type { RetryPolicy } from './until-unblocked.ts';

/** For statements that read a whole table or build an index. */
const LIMITS = { connect: 5_000, statement: 180_000 };
/** During a rotation, neither password works for a moment. */
const LOGIN_WITHIN_MS = 5_000;
/** One of the five minutes that the function has. */
const RETRY_POLICY: RetryPolicy = { attempts: 30, pauseMs: 1_500 };

/** A key that no user reaches. */
const PAST_ALL = '~';

export interface SchemaSettings {
  /** Folder with `<number>.do.<name>.sql` files. */
  readonly migrationsDir: string;
  readonly tls: boolean;
}

/** The shards' schemas, changed as their master users, over one connection per shard. */
export class ShardSchemas {
  readonly #secrets: DatabaseSecrets;
  readonly #settings: SchemaSettings;
  readonly #log: Log;
  readonly #retryPolicy: RetryPolicy;

  constructor(secrets: DatabaseSecrets, settings: SchemaSettings, log: Log, retryPolicy = RETRY_POLICY) {
    this.#secrets = secrets;
    this.#settings = settings;
    this.#log = log;
    this.#retryPolicy = retryPolicy;
  }

  /** Orders of users who do not belong to the shard. */
  async countMisplacedOrders(shard: MigratedShard): Promise<number> {
    return this.#asMaster(shard, async (client) => {
      if (!(await tableExists(client, 'orders'))) return 0;
      const range = rangeOf(shard);
      const { from, before } = range === undefined ? { from: PAST_ALL, before: undefined } : halfOpen(range);
      const { rows } = await client.query<{ misplaced: string }>(
        `SELECT count(*) AS misplaced FROM orders WHERE NOT ${IN_RANGE}`,
        [from, before],
      );
      return Number(rows[0]?.misplaced);
    });
  }

  /** By which map users were placed, and what moves have changed of it. */
  async stateOf(shard: MigratedShard): Promise<ShardState> {
    return this.#asMaster(shard, async (client) => {
      if (!(await tableExists(client, 'placement'))) return { ...NO_MOVE, recorded: [] };
      const [placement] = await rowsOf<{ shards: number; map: OwningShard[] | null }>(
        client,
        // The column of a later migration.
        `SELECT shards, to_jsonb(placement) -> 'map' AS map FROM placement`,
      );
      const known = (await tableExists(client, 'shard_move')) ? toShardMove(await rowsOf(client, SHARD_MOVE)) : NO_MOVE;
      const [map, shards] = [placement?.map ?? [], placement?.shards ?? 0];
      // An earlier release keeps their number alone, and so does a move, which such releases must not ignore.
      const isMapValid = map.length === shards || known.state !== 'finished';
      const recorded = isMapValid ? map : Array.from({ length: shards }, (_, index) => ({ id: index + 1 }));
      return { ...known, recorded };
    });
  }

  /** Keeps by which map users are placed. @param over how many shards have users, those of a move included */
  async recordMap(shard: MigratedShard, map: readonly OwningShard[], over: number): Promise<void> {
    await this.#asMaster(shard, (client) =>
      client.query(
        `INSERT INTO placement (shards, map) VALUES ($1, $2)
         ON CONFLICT (only_row) DO UPDATE SET shards = EXCLUDED.shards, map = EXCLUDED.map
         WHERE (placement.shards, placement.map) IS DISTINCT FROM (EXCLUDED.shards, EXCLUDED.map)`,
        [over, JSON.stringify(map)],
      ),
    );
  }

  /**
   * Updates schema and users. Leaves a schema alone that is ahead because a later release was rolled back.
   *
   * @returns the names of the applied migrations
   * @throws MigrationBlockedError; Error when a migration fails or an applied one has been changed
   */
  async migrate(shard: MigratedShard): Promise<readonly string[]> {
    const application = await this.#userOf(shard.secret);
    const mover = await this.#userOf(shard.moverSecret);
    return this.#asMaster(shard, async (client) => {
      await lockOutOtherMigrations(client, this.#retryPolicy);
      // What migrations give the orders so far as the place where they were placed.
      await client.query("SELECT set_config('orderflow.placed_in', $1, false)", [describeShard(shard)]);
      const { applied, isAhead } = await applyMigrations(client, this.#settings.migrationsDir, this.#retryPolicy);
      if (isAhead) this.#log.warn('the schema is ahead; nothing is changed', { shard: shardName(shard) });
      else {
        await inTransaction(client, this.#retryPolicy, async () => {
          await ensureDatabaseUser(client, application, APPLICATION_RIGHTS);
          await ensureDatabaseUser(client, mover, MOVER_RIGHTS);
        });
      }
      return applied;
    });
  }

  async #userOf(secret: string): Promise<DatabaseUser> {
    let accepted = false;
    // The current one last, so that it is kept: the user is given it when neither is accepted.
    for (const stage of ['AWSPENDING', 'AWSCURRENT'] as const) {
      if (!(await this.#secrets.renew(secret, stage)) || accepted) continue;
      accepted = await this.#acceptsLogin(await this.#secrets.get(secret));
    }
    return { ...(await this.#secrets.get(secret)), canLogIn: accepted };
  }

  /** Ending the connection rolls back what is not committed. */
  async #asMaster<T>(shard: MigratedShard, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await this.#logIn(shard);
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  async #logIn({ id, masterSecret }: MigratedShard): Promise<pg.Client> {
    const started = performance.now();
    for (let refusals = 0; ; refusals++) {
      try {
        return await this.#connect(await this.#secrets.get(masterSecret));
      } catch (error) {
        if (!isLoginRefused(error) || performance.now() - started > LOGIN_WITHIN_MS) throw error;
        this.#log.warn('trying another password of the master user', { shard: shardName({ id }), error });
        await this.#secrets.refreshCredential(masterSecret, refusals);
      }
    }
  }

  async #acceptsLogin(secret: DatabaseSecret): Promise<boolean> {
    try {
      await (await this.#connect(secret)).end();
      return true;
    } catch (error) {
      if (isLoginRefused(error)) return false;
      // Past the password: the user may lack rights, or there are too many connections.
      if (error instanceof pg.DatabaseError) return true;
      throw error;
    }
  }

  async #connect(secret: DatabaseSecret): Promise<pg.Client> {
    const client = new pg.Client(connectionSettings(secret, async () => secret.password, this.#settings.tls, LIMITS));
    // A connection that breaks between two statements fails the next one.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}

async function rowsOf<Row extends pg.QueryResultRow>(client: pg.Client, text: string): Promise<Row[]> {
  return (await client.query<Row>(text)).rows;
}

async function tableExists(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
    `public.${table}`,
  ]);
  return rows[0]?.found === true;
}
