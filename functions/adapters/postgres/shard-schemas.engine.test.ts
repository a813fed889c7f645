import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MASTER, MIGRATIONS, SHARD, ShardServer, USER } from '../../../tests/support/shard-server.ts';
import { CONNECTIONS_PER_SHARD } from '../../domain/shard-map.ts';
import { anOrder } from '../../testing/orders.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { PostgresOrderWriter } from './order-writer.ts';
import { ShardDatabases } from './shard-databases.ts';
import { ShardSchemas } from './shard-schemas.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;

let server: ShardServer;
const schemas = (secrets = server.secrets()) =>
  new ShardSchemas(secrets, { migrationsDir: MIGRATIONS, tls: true }, new MemoryLog(), { attempts: 100, pauseMs: 20 });

beforeAll(async () => {
  server = await ShardServer.start();
});
afterAll(() => server?.stop());

describe('migrating a shard', () => {
  it('again changes nothing, and two at a time wait for each other', async () => {
    expect(await Promise.all([1, 2].map(() => schemas().migrate(SHARD)))).toEqual([[], []]);
  });

  it('gives the application user rights on its tables and nothing else', async () => {
    await server.asUser(async (client) => {
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

  it('counts the orders that a map would put elsewhere', async () => {
    const databases = new ShardDatabases({ shards: [SHARD], tls: true }, server.secrets(), new MemoryLog());
    const orders = new PostgresOrderWriter(databases);
    for (const [n, userId] of ['alice', 'Bob', 'mike'].entries()) {
      await orders.place(SHARD, anOrder({ id: ID(100 + n), userId }), undefined);
    }
    await databases.close();
    expect(await schemas().countMisplacedOrders(SHARD)).toBe(0);
    expect(await schemas().countMisplacedOrders({ ...SHARD, to: 'B' })).toBe(1);
    expect(await schemas().countMisplacedOrders({ ...SHARD, from: 'N', to: 'Z' })).toBe(3);
  });

  it('keeps over how many shards users are distributed', async () => {
    expect(await schemas().placementOf(SHARD)).toBeUndefined();
    await schemas().recordPlacement(SHARD, 2);
    await schemas().recordPlacement(SHARD, 3);
    expect(await schemas().placementOf(SHARD)).toBe(3);
  });

  it('needs no superuser, which RDS gives to nobody, and one connection at a time', async () => {
    const master = { username: 'rds_master', password: 'secret' };
    await server.sql(
      `CREATE ROLE rds_master LOGIN CREATEROLE CREATEDB PASSWORD 'secret' CONNECTION LIMIT ${CONNECTIONS_PER_SHARD}`,
    );
    await server.sql('CREATE DATABASE rds OWNER rds_master');
    const shard = { ...SHARD, secret: 'rds/user', masterSecret: 'rds/master' };
    server.label('AWSCURRENT', master, shard.masterSecret);
    server.label('AWSCURRENT', { ...USER, username: 'rds_user' }, shard.secret);

    const secrets = server.secrets(undefined, 'rds');
    expect(await schemas(secrets).placementOf(shard)).toBeUndefined();
    expect(await schemas(secrets).migrate(shard)).toContain('1 create-orders');
    expect(await schemas(secrets).migrate(shard)).toEqual([]);
    await schemas(secrets).recordPlacement(shard, 1);
    expect(await schemas(secrets).countMisplacedOrders(shard)).toBe(0);
  });
});

describe('while passwords are rotated', () => {
  const NEXT = 'the next one';
  const setPassword = (username: string, password: string) =>
    server.sql(`ALTER ROLE ${username} PASSWORD '${password.replaceAll("'", "''")}'`);
  const passwordHash = async () => {
    const [row] = await server.sql('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [USER.username]);
    return row?.rolpassword;
  };

  it('a shard is migrated with whichever of the master user’s that Postgres takes', async () => {
    await server.asMaster(async (client) => {
      const next = { ...MASTER, password: NEXT };
      const early = server.secrets();
      await early.get(SHARD.masterSecret);
      server.label('AWSPENDING', next, SHARD.masterSecret);
      expect(await schemas().migrate(SHARD)).toEqual([]);
      await client.query(`ALTER ROLE ${MASTER.username} PASSWORD '${NEXT}'`);
      expect(await schemas().migrate(SHARD)).toEqual([]);
      server.label('AWSCURRENT', next, SHARD.masterSecret);
      server.label('AWSPENDING', undefined, SHARD.masterSecret);
      expect(await schemas().migrate(SHARD)).toEqual([]);
      expect(await schemas(early).migrate(SHARD)).toEqual([]);
      await client.query(`ALTER ROLE ${MASTER.username} PASSWORD '${MASTER.password}'`);
      server.label('AWSCURRENT', MASTER, SHARD.masterSecret);
    });
  });

  it('the application user keeps the one that it was just given', async () => {
    server.label('AWSPENDING', { ...USER, password: NEXT });
    const before = await passwordHash();
    await schemas().migrate(SHARD);
    expect(await passwordHash()).toBe(before);
    await setPassword(USER.username, NEXT);
    const given = await passwordHash();
    await schemas().migrate(SHARD);
    expect(await passwordHash()).toBe(given);
    server.label('AWSPENDING', undefined);
  });

  it('the application user gets its current one when it has another, as after a restore', async () => {
    await setPassword(USER.username, 'of last month');
    await schemas().migrate(SHARD);
    await server.asUser((client) => client.query('SELECT count(*) FROM orders'));
  });
});
