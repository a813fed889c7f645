import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS, SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { applyMigrations } from './schema-migrations.ts';
import { ShardSchemas } from './shard-schemas.ts';

const QUICK_RETRY = { attempts: 2, pauseMs: 20 };
/** The version of the latest migration, and of those that the tests add to it. */
const LATEST = readdirSync(MIGRATIONS).length;
const NEXT = LATEST + 1;

let shard: TestShard;
let database: string;
let databases = 0;
let folder: string;
let log: MemoryLog;

/** Migrates the test's own database, with the migrations of its own folder unless said otherwise. */
const migrate = (migrations = folder, retryPolicy = QUICK_RETRY) =>
  new ShardSchemas(
    shard.secrets(undefined, database),
    { migrationsDir: migrations, tls: true },
    log,
    retryPolicy,
  ).migrate(SHARD);
const addMigration = (name: string, sql: string, version = NEXT) =>
  writeFileSync(join(folder, `${String(version).padStart(3, '0')}.do.${name}.sql`), sql);
const inDatabase = <T>(work: (client: pg.Client) => Promise<T>) => shard.asMaster(work, database);
const query = (sql: string) => inDatabase(async (client) => (await client.query(sql)).rows);

beforeAll(async () => {
  shard = await TestShard.create();
});
beforeEach(async () => {
  database = `${shard.database}_${++databases}`;
  folder = mkdtempSync(join(tmpdir(), 'orderflow-migrations-'));
  cpSync(MIGRATIONS, folder, { recursive: true });
  log = new MemoryLog();
  await shard.sql(`CREATE DATABASE ${database}`);
  await migrate();
  return () => rmSync(folder, { recursive: true });
});

describe('a migration', () => {
  it('that fails changes nothing, keeps those before it, and says which one it is', async () => {
    const more = 'ALTER TABLE orders ADD COLUMN more text;';
    addMigration('add-note', 'ALTER TABLE orders ADD COLUMN note text;');
    addMigration('add-more', `${more} ALTER TABLE nowhere ADD COLUMN x text;`, NEXT + 1);
    await expect(migrate()).rejects.toThrow(
      `The migration ${NEXT + 1} add-more failed: relation "nowhere" does not exist`,
    );
    const columns = await query(`SELECT column_name FROM information_schema.columns WHERE table_name = 'orders'`);
    const names = columns.map(({ column_name }) => column_name);
    expect([names.includes('note'), names.includes('more')]).toEqual([true, false]);
    addMigration('add-more', more, NEXT + 1);
    expect(await migrate()).toEqual([`${NEXT + 1} add-more`]);
  });

  it('is refused when an applied one has been changed', async () => {
    addMigration('record-placement', 'SELECT 1;', 4);
    await expect(migrate()).rejects.toThrow('MD5 checksum failed for migration [4]');
  });

  it('says of orders that are there, and of those that earlier releases place, where they were placed', async () => {
    database = `${database}_former`;
    await shard.sql(`CREATE DATABASE ${database}`);
    for (const file of readdirSync(folder).slice(8)) rmSync(join(folder, file));
    await inDatabase((client) => applyMigrations(client, folder, QUICK_RETRY));
    const insert = () =>
      query(`INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
        VALUES (gen_random_uuid(), 'alice', 'Desk', 1, 1, 'created', now(), now())`);
    await insert();
    await migrate(MIGRATIONS);
    await insert();
    expect(await query('SELECT placed_in FROM orders')).toEqual([
      { placed_in: 'shard1 (A-Z)' },
      { placed_in: 'shard1 (A-Z)' },
    ]);
  });

  it('is missed when there is none', async () => {
    await expect(migrate(import.meta.dirname)).rejects.toThrow('There are no migrations');
  });

  it('builds an index without holding up writers, and again after a failure left it invalid', async () => {
    addMigration(
      'index-products',
      `-- Unique; nobody orders anything twice.
       DROP INDEX CONCURRENTLY IF EXISTS products;
       CREATE UNIQUE INDEX CONCURRENTLY products ON orders (product_name);`,
    );
    const insert = (id: number) =>
      query(
        `INSERT INTO orders VALUES ('00000000-0000-0000-0000-00000000000${id}', 'alice', 'Desk', 1, 1, 'created', now(), now())`,
      );
    await insert(1);
    await insert(2);
    await expect(migrate()).rejects.toThrow(
      `The migration ${NEXT} index-products failed: could not create unique index`,
    );
    await query(`DELETE FROM orders WHERE id = '00000000-0000-0000-0000-000000000002'`);
    expect(await migrate()).toEqual([`${NEXT} index-products`]);
    expect(await query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'products'::regclass`)).toEqual([
      { indisvalid: true },
    ]);
    expect(await migrate()).toEqual([]);
  });

  it('is applied once by two runs, of which the other waits, also while an index is built', async () => {
    addMigration('index-products', 'CREATE INDEX CONCURRENTLY products ON orders (product_name);');
    const patient = { attempts: 100, pauseMs: 20 };
    const applied = await Promise.all([1, 2].map(() => migrate(folder, patient)));
    expect(applied.flat()).toEqual([`${NEXT} index-products`]);
  });
});

describe('a migration that a long transaction is in the way of', () => {
  beforeEach(() => addMigration('add-note', 'ALTER TABLE orders ADD COLUMN note text;'));

  it('is given up with a word about that transaction, and never holds up requests for long', async () => {
    let [migrating, longest] = [true, 0];
    await inDatabase(async (client) => {
      await client.query('BEGIN; SELECT count(*) FROM orders');
      const requests = inDatabase(async (other) => {
        while (migrating) {
          const started = performance.now();
          await other.query('SELECT count(*) FROM orders');
          longest = Math.max(longest, performance.now() - started);
        }
      });
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
      await expect(migrate()).rejects.toThrow(
        new RegExp(
          `^The migration ${NEXT} add-note failed: No lock .* 2 attempts.* process ${rows[0].pid}, user ${shard.master.username}, .*open for`,
        ),
      );
      migrating = false;
      await requests;
    });
    // Behind the waiting migration for its half second, and that is below what a request waits.
    expect(longest).toBeGreaterThan(300);
    expect(longest).toBeLessThan(1_000);
    expect(await query('SELECT max(version)::int AS version FROM schema_migrations')).toEqual([{ version: LATEST }]);
  });

  it('is applied as soon as that has ended', async () => {
    const migrated = await inDatabase(async (client) => {
      await client.query('BEGIN; SELECT count(*) FROM orders');
      const migrating = migrate(folder, { attempts: 100, pauseMs: 20 });
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      await expect.poll(() => query(waiting)).not.toEqual([]);
      await client.query('COMMIT');
      return migrating;
    });
    expect(migrated).toEqual([`${NEXT} add-note`]);
  });
});

describe('an earlier release after a later one', () => {
  /** Everything that a migration could have changed. */
  const schema = () =>
    inDatabase(async (client) => {
      const states = [
        'SELECT * FROM schema_migrations ORDER BY version',
        `SELECT table_name, column_name, data_type FROM information_schema.columns
         WHERE table_schema = 'public' ORDER BY table_name, column_name`,
        `SELECT table_name, column_name, privilege_type FROM information_schema.column_privileges
         WHERE grantee = '${shard.user.username}' ORDER BY table_name, column_name, privilege_type`,
        `SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname`,
        `SELECT rolpassword FROM pg_authid WHERE rolname = '${shard.user.username}'`,
        'SELECT xmin::text, * FROM placement',
      ];
      const results = [];
      for (const state of states) results.push((await client.query(state)).rows);
      return results;
    });

  it('finds a schema that is ahead, and changes nothing of it', async () => {
    addMigration('add-note', 'ALTER TABLE orders ADD COLUMN note text; CREATE TABLE notes (id int);');
    await migrate();
    // As the later release gives rights that the earlier one does not know.
    await query(
      `GRANT UPDATE (note) ON orders TO ${shard.user.username}; GRANT SELECT ON notes TO ${shard.user.username}`,
    );
    const earlier = new ShardSchemas(
      shard.secrets(undefined, database),
      { migrationsDir: MIGRATIONS, tls: true },
      log,
      QUICK_RETRY,
    );
    await earlier.recordMap(SHARD, [{ id: 1, from: 'A', to: 'Z' }], 1);
    const before = await schema();

    expect(await earlier.migrate(SHARD)).toEqual([]);
    await earlier.recordMap(SHARD, [{ id: 1, from: 'A', to: 'Z' }], 1);

    expect(await schema()).toEqual(before);
    expect(log.lines).toEqual([
      { level: 'warn', message: 'the schema is ahead; nothing is changed', fields: { shard: 'shard1' } },
    ]);
    expect(await migrate()).toEqual([]);
  });
});

describe('the orders of before there were statistics', () => {
  it('are in them, of each user and of all', async () => {
    const earlier = mkdtempSync(join(tmpdir(), 'orderflow-migrations-'));
    for (const file of readdirSync(MIGRATIONS).sort().slice(0, 4)) cpSync(join(MIGRATIONS, file), join(earlier, file));
    const [now, before] = [database, `${database}_before`];
    database = before;
    await shard.sql(`CREATE DATABASE ${before}`);
    const columns = 'id, user_id, product_name, quantity, price, status, created_at, updated_at';
    const order = (user: string, quantity: number, status: string) =>
      `(gen_random_uuid(), '${user}', 'Desk', ${quantity}, 0.01, '${status}', now(), now())`;
    const orders = [order('alice', 1, 'created'), order('alice', 2, 'confirmed'), order('bob', 4, 'confirmed')];
    // Its application user has no rights yet on what comes later.
    await expect(migrate(earlier)).rejects.toThrow('does not exist');
    await query(`INSERT INTO orders (${columns}) VALUES ${orders.join()}`);
    await migrate();
    const totals = await query(
      `SELECT user_id, fact, orders::int, revenue::float8 FROM order_statistics ORDER BY user_id, fact`,
    );
    database = now;
    rmSync(earlier, { recursive: true });
    expect(totals.map(({ user_id, fact, orders, revenue }) => [user_id, fact, orders, revenue])).toEqual([
      ['', 'confirmed', 2, 0.06],
      ['', 'placed', 3, 0.07],
      ['alice', 'confirmed', 1, 0.02],
      ['alice', 'placed', 2, 0.03],
      ['bob', 'confirmed', 1, 0.04],
      ['bob', 'placed', 1, 0.04],
    ]);
  });
});
