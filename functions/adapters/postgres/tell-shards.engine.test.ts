import type pg from 'pg';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { SHARD } from '../../../tests/support/test-shard.ts';
import { MoveOverError } from '../../domain/errors.ts';
import { LOCK_WAIT_MS } from './locks.ts';
import { PostgresMoves } from './moves.ts';
import { Place } from './moves-fixture.ts';

let place: Place;

beforeAll(async () => {
  place = await Place.create(1);
  return () => place.close();
});
beforeEach(() => place.empty());

const tell = (attempts: number) =>
  new PostgresMoves(place.asMover, { attempts, pauseMs: 50 }).setMove(SHARD, 1, 'running', []);

const moves = () => place.test.sql('SELECT move FROM shard_move');

/** While a transaction has changed an order and not ended. */
function duringATransaction<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  return place.test.asUser(async (client) => {
    await client.query(`BEGIN; UPDATE orders SET updated_at = now()`);
    return work(client);
  });
}

it('a shard is told of a move once its open transactions have ended, and orders are placed meanwhile', async () => {
  await place.place(1);
  const told = await duringATransaction(async (client) => {
    const telling = tell(1_000);
    for (const n of [2, 3, 4]) expect((await place.place(n, { userId: 'zara' })).replayed).toBe(false);
    expect(await moves()).toEqual([]);
    await client.query('COMMIT');
    return telling;
  });
  expect([told, await moves()]).toEqual([undefined, [{ move: 1 }]]);
});

it('a shard whose transactions do not end is not told, which the error says with what to do', async () => {
  await place.place(1);
  await duringATransaction(async () => {
    await expect(tell(2)).rejects.toMatchObject({
      code: 'move_blocked',
      message:
        'shard1 did not take a step of the move in 2 attempts, since a transaction there does not end. Repeat the command, which goes on ' +
        'where it ended; if it fails again, end the transaction: pg_stat_activity has when each began.',
    });
  });
  expect(await moves()).toEqual([]);
});

it('a shard keeps over how many users are distributed when it takes what it is told, and not otherwise', async () => {
  await place.test.sql('INSERT INTO placement (shards) VALUES (2)');
  const moves = new PostgresMoves(place.asMover);
  const over = async () => (await place.test.sql('SELECT shards FROM placement'))[0]?.shards;
  await moves.setMove(SHARD, 2, 'running', [], 3);
  expect(await over()).toBe(3);
  await moves.setMove(SHARD, 2, 'paused');
  await expect(moves.setMove(SHARD, 1, 'finished', [], 2)).rejects.toBeInstanceOf(MoveOverError);
  expect(await over()).toBe(3);
  await moves.setMove(SHARD, 2, 'finished', [], 2);
  expect(await over()).toBe(2);
});

it('a shard is told of a move with the patience of migrations, since requests queue behind it', async () => {
  const [row] = await place.test.sql(`SELECT proconfig FROM pg_proc WHERE proname = 'move_ranges'`);
  expect(row?.proconfig).toContain(`lock_timeout=${LOCK_WAIT_MS}ms`);
});
