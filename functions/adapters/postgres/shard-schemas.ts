import { join } from 'node:path';
import pg from 'pg';
import Postgrator from 'postgrator';
import type { DatabaseSecrets } from '../database-secrets.ts';
import type { MigratedShard } from '../shard-map-variable.ts';
import { ensureApplicationUser } from './application-user.ts';
import { connectionSettings } from './connection.ts';

const LIMITS = { connect: 5_000, statement: 120_000 };
/** Any number, the same in every run: one migration of a database at a time. */
const MIGRATION_LOCK = 7_210_004;

/** The shards' schemas, changed as their master users. */
export class ShardSchemas {
  readonly #secrets: DatabaseSecrets;
  readonly #migrationsDir: string;

  /** @param migrationsDir folder with `<number>.do.<name>.sql` files */
  constructor(secrets: DatabaseSecrets, migrationsDir: string) {
    this.#secrets = secrets;
    this.#migrationsDir = migrationsDir;
  }

  /** How many orders the shard holds of users that do not belong to it. */
  async countMisplacedOrders(shard: MigratedShard): Promise<number> {
    return this.#asMaster(shard, async (client) => {
      if (!(await tableExists(client, 'orders'))) return 0;
      const { rows } = await client.query<{ misplaced: string }>(
        'SELECT count(*) AS misplaced FROM orders WHERE upper(left(user_id, 1)) NOT BETWEEN $1 AND $2',
        [shard.from, shard.to],
      );
      return Number(rows[0]?.misplaced);
    });
  }

  /** Over how many shards users were distributed when this one was last migrated; undefined for a new one. */
  async placementOf(shard: MigratedShard): Promise<number | undefined> {
    return this.#asMaster(shard, async (client) => {
      if (!(await tableExists(client, 'placement'))) return undefined;
      const { rows } = await client.query<{ shards: number }>('SELECT shards FROM placement');
      return rows[0]?.shards;
    });
  }

  /** Keeps over how many shards users are distributed. */
  async recordPlacement(shard: MigratedShard, shards: number): Promise<void> {
    await this.#asMaster(shard, (client) =>
      client.query(
        'INSERT INTO placement (shards) VALUES ($1) ON CONFLICT (only_row) DO UPDATE SET shards = EXCLUDED.shards',
        [shards],
      ),
    );
  }

  /**
   * Brings the shard's schema and its application user up to date, all or nothing.
   *
   * @returns the names of the migrations that were applied
   * @throws when a migration fails, or an applied one has been changed since
   */
  async migrate(shard: MigratedShard): Promise<string[]> {
    const user = await this.#secrets.get(shard.secret);
    return this.#asMaster(shard, async (client) => {
      await client.query('BEGIN');
      // Held to the end of the transaction; a second run waits, for as long as its statement may take.
      await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      const applied = await this.#applyMigrations(client);
      await ensureApplicationUser(client, user);
      await client.query('COMMIT');
      return applied;
    });
  }

  async #applyMigrations(client: pg.Client): Promise<string[]> {
    const postgrator = new Postgrator({
      driver: 'pg',
      schemaTable: 'schema_migrations',
      // The pattern is a glob, the folder is not.
      migrationPattern: join(this.#migrationsDir.replace(/[[\]{}()?*!+@]/g, '[$&]'), '*.sql'),
      newline: 'LF',
      execQuery: (query) => client.query(query),
      execSqlScript: async (script) => {
        await client.query(script);
      },
    });
    const known = await postgrator.getMigrations();
    if (known.length === 0) throw new Error(`There are no migrations in ${this.#migrationsDir}.`);
    const applied = await postgrator.migrate();
    return applied.map(({ version, name }) => `${version} ${name}`);
  }

  /** Ending the connection rolls back what is not committed. */
  async #asMaster<T>(shard: MigratedShard, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const master = await this.#secrets.get(shard.masterSecret);
    const client = new pg.Client(connectionSettings(master, async () => master.password, LIMITS));
    // A connection that breaks between two statements fails the next one, which reports it.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}

async function tableExists(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
    `public.${table}`,
  ]);
  return rows[0]?.found === true;
}
