import { beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS, SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import { NO_MOVE } from '../../domain/moves.ts';
import { CONNECTIONS_PER_SHARD } from '../../domain/shard-map.ts';
import { anOrder } from '../../testing/orders.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { PostgresOrderWriter } from './order-writer.ts';
import { ShardSchemas } from './shard-schemas.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;

let shard: TestShard;
const schemas = (secrets = shard.secrets()) =>
  new ShardSchemas(secrets, { migrationsDir: MIGRATIONS, tls: true }, new MemoryLog(), { attempts: 100, pauseMs: 20 });

beforeAll(async () => {
  shard = await TestShard.create();
});

describe('migrating a shard', () => {
  it('again changes nothing, and two at a time wait for each other', async () => {
    expect(await Promise.all([1, 2].map(() => schemas().migrate(SHARD)))).toEqual([[], []]);
  });

  it('gives the application user rights on its tables and nothing else', async () => {
    await shard.asUser(async (client) => {
      await client.query('SELECT count(*) FROM orders');
      for (const forbidden of [
        'CREATE TABLE mine (id int)',
        'CREATE TEMP TABLE mine (id int)',
        'DROP TABLE orders',
        'ALTER TABLE orders ADD COLUMN extra int',
        'TRUNCATE outbox',
        'DELETE FROM orders',
        'UPDATE orders SET price = 1',
        'UPDATE orders SET user_id = user_id',
        'SELECT * FROM schema_migrations',
        'SELECT * FROM placement',
        'CREATE ROLE another',
      ]) {
        await expect(client.query(forbidden), forbidden).rejects.toMatchObject({ code: '42501' });
      }
    });
  });

  it('gives the user that moves orders no right on a table beyond reading', async () => {
    await shard.asMover(async (client) => {
      for (const forbidden of ['CREATE TABLE mine (id int)', 'DELETE FROM orders', 'UPDATE orders SET price = 1']) {
        await expect(client.query(forbidden), forbidden).rejects.toMatchObject({ code: '42501' });
      }
    });
  });

  it('takes away what an earlier release gave, and this one does not: functions too', async () => {
    const functions = ['move_ranges(1, NULL, NULL)', "move_archive('alice', 1)"];
    await shard.sql(`GRANT EXECUTE ON FUNCTION move_ranges, move_archive TO ${shard.user.username}`);
    await shard.sql(`GRANT DELETE ON orders TO ${shard.user.username}`);
    await schemas().migrate(SHARD);
    await shard.asUser(async (client) => {
      for (const forbidden of [...functions.map((call) => `SELECT ${call}`), 'DELETE FROM orders']) {
        await expect(client.query(forbidden), forbidden).rejects.toMatchObject({ code: '42501' });
      }
      await client.query("SELECT move_welcome('alice', 1)");
    });
  });

  it('counts the orders that a map would put elsewhere', async () => {
    const databases = shard.open();
    const orders = new PostgresOrderWriter(databases);
    for (const [n, userId] of ['alice', 'Bob', 'mike'].entries()) {
      await orders.place(SHARD, anOrder({ id: ID(100 + n), userId }), undefined);
    }
    await databases.close();
    expect(await schemas().countMisplacedOrders(SHARD)).toBe(0);
    expect(await schemas().countMisplacedOrders({ ...SHARD, to: 'B' })).toBe(1);
    expect(await schemas().countMisplacedOrders({ ...SHARD, from: 'N', to: 'Z' })).toBe(3);
    expect(await schemas().countMisplacedOrders({ ...SHARD, from: undefined, to: undefined })).toBe(3);
  });

  it('keeps the map by which users are placed, over more shards while they move, and says what moves have changed of it', async () => {
    expect(await schemas().stateOf(SHARD)).toEqual({ ...NO_MOVE, recorded: [] });
    const map = [
      { id: 1, from: 'A', to: 'M' },
      { id: 4, from: 'N', to: 'Z' },
    ];
    await schemas().recordMap(SHARD, [{ id: 1, from: 'A', to: 'Z' }], 1);
    await schemas().recordMap(SHARD, map, 3);
    await shard.sql(`SELECT move_ranges(1, 'running', '[{"from_key":"A","before_key":"N","role":"own","peer":null},
      {"from_key":"N","before_key":null,"role":"out","peer":4}]')`);
    expect(await schemas().stateOf(SHARD)).toEqual({
      recorded: map,
      move: 1,
      state: 'running',
      changedAt: expect.any(Date),
      ranges: [
        { role: 'own', from: 'A', before: 'N' },
        { role: 'out', from: 'N', peer: 4 },
      ],
    });
    await shard.sql('DELETE FROM shard_move');
    await shard.sql('DELETE FROM shard_ranges');
  });

  it('knows the shards of an earlier release by their number, also when that was deployed again', async () => {
    await schemas().recordMap(SHARD, [{ id: 1, from: 'A', to: 'Z' }], 1);
    // The statement of releases that keep no map.
    await shard.sql(`INSERT INTO placement (shards) VALUES (3)
      ON CONFLICT (only_row) DO UPDATE SET shards = EXCLUDED.shards WHERE placement.shards <> EXCLUDED.shards`);
    expect((await schemas().stateOf(SHARD)).recorded).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    await shard.sql('ALTER TABLE placement RENAME COLUMN map TO later');
    expect((await schemas().stateOf(SHARD)).recorded).toHaveLength(3);
    await shard.sql('ALTER TABLE placement RENAME COLUMN later TO map');
  });

  it('needs no superuser, which RDS gives to nobody, and one connection at a time', async () => {
    const database = `${shard.database}_rds`;
    const master = { username: `${shard.master.username}_rds`, password: 'secret' };
    const user = { ...shard.user, username: `${shard.user.username}_rds` };
    await shard.sql(
      `CREATE ROLE ${master.username} LOGIN CREATEROLE CREATEDB PASSWORD 'secret' CONNECTION LIMIT ${CONNECTIONS_PER_SHARD}`,
    );
    await shard.sql(`CREATE DATABASE ${database} OWNER ${master.username}`);
    const onRds = { ...SHARD, secret: 'rds/user', masterSecret: 'rds/master', moverSecret: 'rds/mover' };
    const mover = { ...shard.mover, username: `${shard.mover.username}_rds` };
    shard.label('AWSCURRENT', master, onRds.masterSecret);
    shard.label('AWSCURRENT', user, onRds.secret);
    shard.label('AWSCURRENT', mover, onRds.moverSecret);

    const secrets = shard.secrets(undefined, database);
    expect((await schemas(secrets).stateOf(onRds)).recorded).toEqual([]);
    expect(await schemas(secrets).migrate(onRds)).toContain('1 create-orders');
    expect(await schemas(secrets).migrate(onRds)).toEqual([]);
    await schemas(secrets).recordMap(onRds, [{ id: 1, from: 'A', to: 'Z' }], 1);
    expect(await schemas(secrets).countMisplacedOrders(onRds)).toBe(0);
  });
});

describe('while passwords are rotated', () => {
  const NEXT = 'the next one';
  const setPassword = (username: string, password: string) =>
    shard.sql(`ALTER ROLE ${username} PASSWORD '${password.replaceAll("'", "''")}'`);
  const passwordHash = async () => {
    const [row] = await shard.sql('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [shard.user.username]);
    return row?.rolpassword;
  };

  it('a shard is migrated with whichever of the master user’s that Postgres takes', async () => {
    await shard.asMaster(async (client) => {
      const next = { ...shard.master, password: NEXT };
      const early = shard.secrets();
      await early.get(SHARD.masterSecret);
      shard.label('AWSPENDING', next, SHARD.masterSecret);
      expect(await schemas().migrate(SHARD)).toEqual([]);
      await client.query(`ALTER ROLE ${shard.master.username} PASSWORD '${NEXT}'`);
      expect(await schemas().migrate(SHARD)).toEqual([]);
      shard.label('AWSCURRENT', next, SHARD.masterSecret);
      shard.label('AWSPENDING', undefined, SHARD.masterSecret);
      expect(await schemas().migrate(SHARD)).toEqual([]);
      expect(await schemas(early).migrate(SHARD)).toEqual([]);
      await client.query(`ALTER ROLE ${shard.master.username} PASSWORD '${shard.master.password}'`);
      shard.label('AWSCURRENT', shard.master, SHARD.masterSecret);
    });
  });

  it('the application user keeps the one that it was just given', async () => {
    shard.label('AWSPENDING', { ...shard.user, password: NEXT });
    const before = await passwordHash();
    await schemas().migrate(SHARD);
    expect(await passwordHash()).toBe(before);
    await setPassword(shard.user.username, NEXT);
    const given = await passwordHash();
    await schemas().migrate(SHARD);
    expect(await passwordHash()).toBe(given);
    shard.label('AWSPENDING', undefined);
  });

  it('a shard is migrated at its address of now, whatever address a rotation left behind', async () => {
    const left = { password: 'never set', port: 1 };
    shard.label('AWSPENDING', { ...shard.user, ...left });
    shard.label('AWSPENDING', { ...shard.master, ...left }, SHARD.masterSecret);
    expect(await schemas().migrate(SHARD)).toEqual([]);
    await setPassword(shard.user.username, 'of last month');
    expect(await schemas().migrate(SHARD)).toEqual([]);
    await shard.asUser((client) => client.query('SELECT count(*) FROM orders'));
    shard.label('AWSPENDING', undefined);
    shard.label('AWSPENDING', undefined, SHARD.masterSecret);
  });

  it('the application user gets its current one when it has another, as after a restore', async () => {
    await setPassword(shard.user.username, 'of last month');
    await schemas().migrate(SHARD);
    await shard.asUser((client) => client.query('SELECT count(*) FROM orders'));
  });
});
