import { expect, it } from 'vitest';
import { TestShard } from '../../../tests/support/test-shard.ts';
import { shardFor } from '../../domain/shard-map.ts';
import { halfOpen } from '../../domain/user-range.ts';
import { everyKey } from '../../testing/user-keys.ts';
import { IN_RANGE } from './range-condition.ts';

const MAP = [
  { id: 3, from: 'A', to: 'H9' },
  { id: 1, from: 'HA', to: 'ROB' },
  { id: 9, from: 'ROC', to: 'S' },
  { id: 4, from: 'T', to: 'T__' },
  { id: 26, from: 'U', to: 'Z' },
];

it('Postgres and the domain have the same owner for every user', async () => {
  const users = everyKey().flatMap((key) => [key, key.toLowerCase(), `${key}-x`, `${key.toLowerCase()}_Z.9`]);
  const shard = await TestShard.create();
  await shard.asMaster(async (client) => {
    await client.query('CREATE TEMP TABLE users (user_id text)');
    await client.query('INSERT INTO users SELECT unnest($1::text[])', [users]);
    for (const range of MAP) {
      const { from, before } = halfOpen(range);
      const { rows } = await client.query(`SELECT user_id FROM users WHERE ${IN_RANGE} ORDER BY user_id COLLATE "C"`, [
        from,
        before,
      ]);
      const owned = users.filter((user) => shardFor(MAP, user) === range).sort();
      expect(rows.map(({ user_id }) => user_id)).toEqual(owned);
      expect(owned.length).toBeGreaterThan(0);
    }
  });
}, 120_000);
