import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHARD } from '../../../tests/support/test-shard.ts';
import { RELAY_RETRY } from '../../domain/delivery-timing.ts';
import { ShardUnavailableError } from '../../domain/errors.ts';
import * as former from './former-statements-fixture.ts';
import { ID } from './moves-fixture.ts';
import { MOVED_MAP, MovingShards } from './moving-shards-fixture.ts';
import { PostgresOrderWriter } from './order-writer.ts';

const TARGET = MOVED_MAP[1] ?? SHARD;
const KEY = 'key-of-alice';

let shards: MovingShards;
beforeAll(async () => {
  shards = await MovingShards.create();
  return () => shards.close();
});
// An order of alice that was placed at the target, where she was then, and is back at the source with her; one of bob, who never moved.
beforeEach(async () => {
  await shards.empty();
  await shards.source.place(1);
  await shards.source.place(2, { userId: 'bob' });
  await shards.begin();
  await shards.move();
  await new PostgresOrderWriter(shards.databases).place(TARGET, orderOf(3), KEY);
  await shards.abort();
  await shards.moveBack();
  await shards.source.test.sql("UPDATE outbox SET due_at = now(), created_at = created_at - interval '1 minute'");
});

const orderOf = (n: number) => ({
  id: ID(n),
  userId: 'alice',
  productName: 'Keyboard',
  quantity: 1,
  price: 100n,
  status: 'created' as const,
  createdAt: new Date(),
  updatedAt: new Date(),
});

const ask = (text: string, values: unknown[]) => shards.source.databases.query(SHARD, { text, values });

/** What the release before says when it is asked for an order. */
const placeAsBefore = (n: number, userId: string, key: string) =>
  ask(former.PLACE, [ID(n), userId, 'Keyboard', 1, '1.00', 'created', new Date(), new Date(), key, 5, 30]);

/** Whose orders the relay of the release before takes. */
const claimAsBefore = async () => {
  const { shareOfAge, atLeastSeconds, atMostSeconds } = RELAY_RETRY;
  const rows = await ask(former.CLAIM, [100, 400, shareOfAge, atLeastSeconds, atMostSeconds]);
  return new Set(rows.map(({ user_id }) => user_id));
};

const finish = () => shards.source.moves.setMove(SHARD, 2, 'finished');
const passADay = () => shards.source.test.sql("UPDATE shard_move SET changed_at = changed_at - interval '1 day'");

describe('an order that was placed in another shard, until a day after the move', () => {
  it('is not answered by the release before, which would name this shard when the request is repeated', async () => {
    await expect(placeAsBefore(4, 'alice', KEY)).rejects.toBeInstanceOf(ShardUnavailableError);
    const { placedIn, replayed } = await shards.source.writer.place(SHARD, orderOf(4), KEY);
    expect([placedIn.id, replayed]).toEqual([TARGET.id, true]);
    expect(await placeAsBefore(4, 'alice', 'another-key')).toMatchObject([{ stored: true }]);
    await finish();
    await expect(placeAsBefore(5, 'alice', KEY)).rejects.toBeInstanceOf(ShardUnavailableError);
    await passADay();
    expect(await placeAsBefore(5, 'alice', KEY)).toMatchObject([{ stored: false, id: ID(3) }]);
  });

  it('is left to the relay of this release, with all orders of its user', async () => {
    expect(await claimAsBefore()).toEqual(new Set(['bob']));
    const claimed = await shards.source.outbox.claim(SHARD);
    expect(claimed.map(({ order, placedIn }) => [order.id, placedIn.id])).toEqual([
      [ID(1), 1],
      [ID(3), TARGET.id],
    ]);
    await shards.source.test.sql('UPDATE outbox SET due_at = now()');
    await finish();
    expect(await claimAsBefore()).toEqual(new Set(['bob']));
    await shards.source.test.sql('UPDATE outbox SET due_at = now()');
    await passADay();
    expect(await claimAsBefore()).toEqual(new Set(['alice', 'bob']));
  });
});

it('an order of the release before says where it was placed as its response does', async () => {
  await placeAsBefore(4, 'alice', 'another-key');
  const words = await shards.source.test.sql('SELECT DISTINCT placed_in FROM orders WHERE id = $1', [ID(4)]);
  expect(words).toEqual([{ placed_in: 'shard1 (A-Z)' }]);
});

it('a user whose orders the relay of the release before has does not move meanwhile', async () => {
  expect(await claimAsBefore()).toEqual(new Set(['bob']));
  await shards.begin();
  await expect(shards.move('bob')).rejects.toThrow('The user cannot leave: busy.');
  await shards.source.test.sql(
    `UPDATE outbox SET leased_until = leased_until - interval '${RELAY_RETRY.atLeastSeconds} s'`,
  );
  await shards.move('bob');
});

it('a user whose rows were postponed, and whom no relay has, moves', async () => {
  const { outbox, test } = shards.source;
  await shards.source.place(4, { userId: 'bob' });
  await test.sql(
    `UPDATE outbox SET created_at = created_at - interval '1 minute', leased_until = now(),
       due_at = CASE order_id WHEN $1 THEN now() + interval '10 minutes' ELSE now() END
     WHERE user_id = 'bob'`,
    [ID(2)],
  );
  await outbox.claim(SHARD);
  expect(await test.sql(`SELECT FROM outbox WHERE user_id = 'bob' AND due_at > now()`)).toHaveLength(2);
  await shards.begin();
  await shards.move('bob');
});
