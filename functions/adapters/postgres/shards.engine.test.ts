import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../../local/engines/engine.ts';
import { startPostgres } from '../../../local/engines/postgres/start-postgres.ts';
import { createLog } from '../../../local/log.ts';
import { loadAuthority } from '../../../local/tls/authority.ts';
import type { Order } from '../../domain/order.ts';
import { anOrder } from '../../testing/orders.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { DatabaseSecrets } from '../database-secrets.ts';
import { PostgresOrderStore } from './order-store.ts';
import { ShardDatabases } from './shard-databases.ts';
import { ShardSchemas } from './shard-schemas.ts';

const MIGRATIONS = join(import.meta.dirname, '../../../scripts/migrations');
const SHARD = { id: 1, from: 'A', to: 'M', secret: 'shard1/orderuser', masterSecret: 'shard1/master' };
const USER = { username: 'orderuser', password: "it's a pässword" };
const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;

const dir = mkdtempSync(join(tmpdir(), 'orderflow-shard-'));
const values = new Map<string, { username: string; password: string }>();
let server: Engine;
let reads = 0;

/** Secrets Manager, as far as the functions know it. */
function secrets(): DatabaseSecrets {
  return new DatabaseSecrets({
    send: async ({ input: { SecretId } }: { input: { SecretId: string } }) => {
      reads += 1;
      const where = { host: '127.0.0.1', port: server.port, dbname: 'orders_shard1' };
      return { SecretString: JSON.stringify({ ...where, ...values.get(SecretId) }) };
    },
  } as never);
}

async function withClient<T>(secret: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { username: user, password } = values.get(secret) ?? {};
  const at = { host: '127.0.0.1', port: server.port, database: 'orders_shard1' };
  const client = new pg.Client({ ...at, user, password, ssl: { rejectUnauthorized: true } });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const asMaster = <T>(work: (client: pg.Client) => Promise<T>) => withClient(SHARD.masterSecret, work);
const outbox = () => asMaster(async (client) => (await client.query('SELECT * FROM outbox')).rows);

beforeAll(async () => {
  values.set(SHARD.masterSecret, { username: 'master', password: 'master-secret' });
  values.set(SHARD.secret, USER);
  const authority = await loadAuthority(join(dir, 'tls'), 'rds');
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), authority.certificatePem]);
  server = await startPostgres({
    name: 'shard1',
    dir: join(dir, 'postgres'),
    runDir: join(dir, 'run'),
    port: 0,
    superuser: { name: 'master', password: 'master-secret' },
    database: 'orders_shard1',
    certificate: await authority.issue('shard1'),
    log: createLog({ source: 'test', file: join(dir, 'test.log'), terminal: process.stdout }).child('postgres'),
  });
  await new ShardSchemas(secrets(), MIGRATIONS).migrate(SHARD);
});

afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('migrating a shard', () => {
  it('again changes nothing, and two at a time wait for each other', async () => {
    const runs = [1, 2].map(() => new ShardSchemas(secrets(), MIGRATIONS).migrate(SHARD));
    expect(await Promise.all(runs)).toEqual([[], []]);
  });

  it('gives the application user rights on its tables and nothing else', async () => {
    await withClient(SHARD.secret, async (client) => {
      await client.query('SELECT count(*) FROM orders');
      for (const forbidden of [
        'CREATE TABLE mine (id int)',
        'CREATE TEMP TABLE mine (id int)',
        'DROP TABLE orders',
        'ALTER TABLE orders ADD COLUMN extra int',
        'TRUNCATE outbox',
        'DELETE FROM orders',
        'SELECT * FROM schema_migrations',
        'CREATE ROLE another',
      ]) {
        await expect(client.query(forbidden), forbidden).rejects.toMatchObject({ code: '42501' });
      }
    });
  });

  it('counts the orders that a map would put elsewhere', async () => {
    const store = new PostgresOrderStore(new ShardDatabases([SHARD], secrets(), new MemoryLog()));
    for (const [n, userId] of ['alice', 'Bob', 'mike'].entries()) {
      await store.insert(SHARD, anOrder({ id: ID(100 + n), userId }));
    }
    const schemas = new ShardSchemas(secrets(), MIGRATIONS);
    expect(await schemas.countMisplacedOrders(SHARD)).toBe(0);
    expect(await schemas.countMisplacedOrders({ ...SHARD, to: 'B' })).toBe(1);
    expect(await schemas.countMisplacedOrders({ ...SHARD, from: 'N', to: 'Z' })).toBe(3);
  });

  it('fails, and changes nothing, without migrations', async () => {
    await expect(new ShardSchemas(secrets(), dir).migrate(SHARD)).rejects.toThrow('There are no migrations');
  });
});

describe('the order store', () => {
  let log: MemoryLog;
  let databases: ShardDatabases;
  let store: PostgresOrderStore;

  beforeEach(async () => {
    await asMaster((client) => client.query('TRUNCATE orders, outbox'));
    log = new MemoryLog();
    databases = new ShardDatabases([SHARD], secrets(), log);
    store = new PostgresOrderStore(databases);
    return () => databases.close();
  });

  it('gives back what it was given, to the cent and the millisecond', async () => {
    const order = anOrder({
      quantity: 1_000_000,
      price: 99_999_999_99n,
      productName: "Bobby'; DROP TABLE orders; --🎹",
    });
    await store.insert(SHARD, order);
    expect(await store.list(SHARD, { limit: 10 })).toEqual([order]);
  });

  it('notes with a new order that its receipt and event are due', async () => {
    await store.insert(SHARD, anOrder());
    expect(await outbox()).toMatchObject([{ order_id: anOrder().id, receipt_pending: true, event_pending: true }]);
  });

  it('stores an order once although it is inserted twice', async () => {
    await store.insert(SHARD, anOrder());
    await store.settle(SHARD, anOrder().id, { receipt: true, event: true });
    await store.insert(SHARD, anOrder());
    expect(await store.list(SHARD, { limit: 10 })).toHaveLength(1);
    expect(await outbox()).toEqual([]);
  });

  it('drops the note when both are delivered, and otherwise keeps what is due', async () => {
    await store.insert(SHARD, anOrder());
    await store.settle(SHARD, anOrder().id, { receipt: true, event: false });
    expect(await outbox()).toMatchObject([{ receipt_pending: false, event_pending: true }]);
    await store.settle(SHARD, anOrder().id, { receipt: true, event: true });
    expect(await outbox()).toEqual([]);
  });

  it('leads through the pages of a user or of all, each order once, in the order of time and id', async () => {
    const order = (n: number): Order =>
      anOrder({ id: ID(n), userId: n % 2 === 0 ? 'alice' : 'bob', createdAt: new Date(1_000 * Math.floor(n / 3)) });
    for (const n of [5, 2, 9, 1, 7, 3, 8, 4, 6]) await store.insert(SHARD, order(n));
    const pages = async (userId?: string) => {
      const seen: number[] = [];
      let after: Order | undefined;
      do {
        const page: Order[] = await store.list(SHARD, { userId, after, limit: 2 });
        seen.push(...page.map(({ id }) => Number(id.slice(-12))));
        after = page.at(-1);
      } while (after !== undefined);
      return seen;
    };
    expect(await pages()).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(await pages('alice')).toEqual([8, 6, 4, 2]);
  });

  it('finds its pages by index', async () => {
    const plan = await asMaster(async (client) => {
      await client.query('SET enable_seqscan = off; SET enable_sort = off');
      const { rows } = await client.query(
        `EXPLAIN SELECT * FROM orders WHERE user_id = 'alice' AND (created_at, id) < (now(), '${ID(1)}')
         ORDER BY created_at DESC, id DESC LIMIT 10`,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toContain('orders_of_user_newest_first');
    expect(plan).not.toContain('Sort');
  });

  it('notices that its connection was cut and opens another', async () => {
    await store.check(SHARD);
    await asMaster((client) =>
      client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'orderuser'`),
    );
    await store.check(SHARD);
  });

  it('reads the secret afresh when the password was rotated', async () => {
    values.set(SHARD.secret, { ...USER, password: 'of yesterday' });
    const held = secrets();
    await held.get(SHARD.secret);
    values.set(SHARD.secret, USER);
    const readBefore = reads;
    const rotated = new ShardDatabases([SHARD], held, log);
    await new PostgresOrderStore(rotated).check(SHARD);
    await rotated.close();
    expect(reads - readBefore).toBe(1);
  });

  it('says that a shard is unavailable when it keeps refusing', async () => {
    values.set(SHARD.secret, { ...USER, password: 'wrong' });
    try {
      await expect(store.check(SHARD)).rejects.toMatchObject({ code: 'shard_unavailable', shard: 'shard1' });
    } finally {
      values.set(SHARD.secret, USER);
    }
    await store.check(SHARD);
  });

  it('says that a refused row is a defect, not an unavailable shard', async () => {
    await expect(store.insert(SHARD, anOrder({ userId: '1alice' }))).rejects.toMatchObject({ code: '23514' });
  });
});
