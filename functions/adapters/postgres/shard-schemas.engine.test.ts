import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS, SHARD, ShardServer } from '../../../tests/shard-server.ts';
import { anOrder } from '../../testing/orders.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { PostgresOrderWriter } from './order-writer.ts';
import { ShardDatabases } from './shard-databases.ts';
import { ShardSchemas } from './shard-schemas.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;

let server: ShardServer;
const schemas = (migrations = MIGRATIONS) => new ShardSchemas(server.secrets(), migrations);

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
    const databases = new ShardDatabases([SHARD], server.secrets(), new MemoryLog());
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

  it('fails, and changes nothing, without migrations', async () => {
    await expect(schemas(import.meta.dirname).migrate(SHARD)).rejects.toThrow('There are no migrations');
  });
});
