import { beforeAll, describe, expect, it } from 'vitest';
import { rowsRead } from '../../../tests/support/rows-read.ts';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import { PostgresMoveReader } from './move-reader.ts';
import { PostgresOrderStatistics } from './order-statistics.ts';

const USERS = 1_000;
const MOVING = USERS / 2;
const ORDERS_OF_A_USER = 20;

let shard: TestShard;

const readBy = (ask: (reader: PostgresMoveReader) => Promise<unknown>) =>
  rowsRead(shard, (databases) => ask(new PostgresMoveReader(databases)));

/** A thousand users with twenty orders each; half of them move. */
beforeAll(async () => {
  shard = await TestShard.create();
  await shard.sql(
    `INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
     SELECT gen_random_uuid(), CASE WHEN u % 2 = 0 THEN 'gina' ELSE 'alice' END || u, 'Keyboard', 1, 1, 'confirmed', at, at
     FROM generate_series(1, $1) AS u, generate_series(1, $2) AS n, LATERAL (SELECT to_timestamp(n)) AS times (at)
     ORDER BY md5(u::text || n)`,
    [USERS, ORDERS_OF_A_USER],
  );
  const databases = shard.open();
  await new PostgresOrderStatistics(databases).fold(SHARD);
  await databases.close();
  await shard.sql(`INSERT INTO shard_move (move, state) VALUES (1, 'running')`);
  await shard.sql(`INSERT INTO shard_ranges (from_key, before_key, role, peer)
    VALUES ('A', 'G', 'own', NULL), ('G', 'N', 'out', 3), ('N', NULL, 'own', NULL)`);
  await shard.sql('VACUUM ANALYZE');
});

describe('how many orders the mover reads', () => {
  it('to find who has to move is one for each of them, however many they have', async () => {
    expect((await readBy((reader) => reader.usersToMove(SHARD))).orders).toBe(MOVING);
  });

  it('to tell the progress, and when a user moved last, is none', async () => {
    expect((await readBy((reader) => reader.progress(SHARD, 1))).orders).toBeUndefined();
    expect((await readBy((reader) => reader.lastMove(SHARD, 1))).orders).toBeUndefined();
  });

  it('to tell that nobody is left is one for each user who is', async () => {
    expect((await readBy((reader) => reader.usersLeft(SHARD))).orders).toBeLessThanOrEqual(MOVING + 2);
  });

  it('to check a page of users is two for each of them', async () => {
    expect((await readBy((reader) => reader.knownUsers(SHARD, undefined, 100))).orders).toBeLessThanOrEqual(2 * 101);
  });

  it('to find whom the statistics lack is one for each of them, and all of theirs', async () => {
    await shard.sql('DELETE FROM order_statistics');
    const { orders } = await readBy((reader) => reader.usersToMove(SHARD));
    expect(orders).toBeLessThanOrEqual(MOVING + 2 + MOVING * ORDERS_OF_A_USER);
  });
});
