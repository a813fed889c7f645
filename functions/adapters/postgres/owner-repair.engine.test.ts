import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHARD } from '../../../tests/support/test-shard.ts';
import { Place } from './moves-fixture.ts';
import { PostgresOwnerRepair } from './owner-repair.ts';

const ATTEMPT = { userId: 'alice', move: 1, attempt: 1 };
const PEER = 2;

let place: Place;
let repair: PostgresOwnerRepair;

beforeAll(async () => {
  place = await Place.create(1);
  repair = new PostgresOwnerRepair(place.asMover);
  return () => place.close();
});
beforeEach(async () => {
  await place.empty();
  await place.place(1);
  await place.moves.setMove(SHARD, 1, 'paused', [{ role: 'own', from: 'A', before: undefined }]);
});

describe('whoever has an order of a user in hand', () => {
  it.each([
    ['gives the user up', 'outbox', 'due_at', () => repair.giveUp(SHARD, ATTEMPT, PEER), 'moved', undefined],
    ['takes the user', 'orders', 'updated_at', () => repair.own(SHARD, ATTEMPT, PEER), 'here', '53M01'],
  ] as const)('gets on while a shard %s, which tries again', async (_, table, column, step, state, refusal) => {
    if (state === 'here') await repair.giveUp(SHARD, ATTEMPT, PEER);
    await place.test.asMaster(async (client) => {
      // Sooner than the repair, whose transaction it would be that Postgres ends otherwise.
      await client.query(`SET deadlock_timeout = '500ms'`);
      await client.query('BEGIN');
      await client.query(`SELECT FROM ${table} FOR UPDATE`);
      const stepped = step();
      const waiting = `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE datname = current_database() AND NOT granted AND locktype = 'transactionid'`;
      await expect.poll(() => place.test.sql(waiting)).toHaveLength(1);
      // The guard waits for the user's lock, which the repair has.
      const changed = client.query(`UPDATE ${table} SET ${column} = ${column}`).then(() => undefined);
      expect(await changed.catch(({ code }) => code)).toBe(refusal);
      await client.query('ROLLBACK');
      await stepped;
    });
    expect(await place.state()).toBe(state);
  });
});
