import { isDeepStrictEqual } from 'node:util';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHARD } from '../../../tests/support/test-shard.ts';
import { ShardUnavailableError } from '../../domain/errors.ts';
import { isUnavailable } from './failures.ts';
import { beginMove, copy, ID, leave, moveUser, Place } from './moves-fixture.ts';

let source: Place;
let target: Place;

beforeAll(async () => {
  [source, target] = await Promise.all([Place.create(1), Place.create(2)]);
  return () => Promise.all([source.close(), target.close()]);
});
beforeEach(async () => {
  await Promise.all([source.empty(), target.empty()]);
  await source.place(1);
});

/** What becomes of an order that alice places there. */
const placed = (at: Place) =>
  at.place(2).then(
    () => 'placed',
    (error: unknown) => refusal(error) ?? error,
  );
const moved = (peer: number | null, over = {}) => ({
  user: 'alice',
  peer,
  move: 1,
  new: false,
  notYet: false,
  ...over,
});

describe('an order is placed at the shard that owns its user', () => {
  it('which is every shard before the first move', async () => {
    expect([await placed(source), await placed(target)]).toEqual(['placed', 'placed']);
  });

  it('which is the source until the user leaves', async () => {
    await beginMove(source, target);
    expect([await placed(source), await placed(target)]).toEqual(['placed', moved(1, { notYet: true })]);
    await copy(source, target);
    await source.place(3);
    expect([await placed(source), await placed(target)]).toEqual(['placed', moved(1)]);
  });

  it('which is nobody while the user leaves, with what is needed to end that', async () => {
    await beginMove(source, target);
    const { attempt } = await copy(source, target);
    await leave(source, { userId: 'alice', move: 1, attempt });
    const leaving = { user: 'alice', peer: 2, move: 1, leaving: { attempt, expired: false } };
    expect([await placed(source), await placed(target)]).toEqual([leaving, moved(1)]);
    await source.test.sql(`UPDATE placements SET lease_until = clock_timestamp() - interval '1 second'`);
    expect(await placed(source)).toEqual({ ...leaving, leaving: { attempt, expired: true } });
  });

  it('which is the source again when the target has refused', async () => {
    await beginMove(source, target);
    const attempt = await copy(source, target);
    await leave(source, attempt);
    await target.moves.refuse(SHARD, attempt, 1);
    await source.moves.stay(SHARD, attempt);
    expect([await placed(source), await placed(target)]).toEqual(['placed', moved(1)]);
  });

  it('which is the target from the commit point on', async () => {
    await beginMove(source, target);
    const attempt = await copy(source, target);
    await target.moves.arrive(SHARD, attempt, await leave(source, attempt));
    expect([await placed(source), await placed(target)]).toMatchObject([
      { leaving: { attempt: attempt.attempt } },
      'placed',
    ]);
    await source.moves.left(SHARD, attempt);
    expect([await placed(source), await placed(target)]).toEqual([moved(2), 'placed']);
  });

  it('which is the target for a user who has none yet, once welcome there; never for one of the source', async () => {
    await beginMove(source, target);
    const bob = { userId: 'bob' };
    await expect(source.place(5, bob)).rejects.toSatisfy((error) => refusal(error)?.new === true);
    expect(await target.moves.welcome(SHARD, 'bob', 2)).toBeNull();
    await expect(target.place(5, bob)).rejects.toSatisfy((error) =>
      isDeepStrictEqual(refusal(error), moved(1, { user: 'bob', notYet: true })),
    );
    expect(await target.moves.welcome(SHARD, 'bob', 1)).toBe('here');
    expect((await target.place(5, bob)).replayed).toBe(false);
    await copy(source, target);
    expect(await target.moves.welcome(SHARD, 'alice', 1)).toBe('arriving');
  });

  it('which is the first one again for a user who had not moved when the move was aborted', async () => {
    await beginMove(source, target);
    await beginMove(target, source, 2);
    expect([await placed(source), await placed(target)]).toEqual(['placed', moved(1, { move: 2, new: true })]);
  });

  it('which no shard knows outside of its ranges once the move is over', async () => {
    await beginMove(source, target);
    await moveUser(source, target);
    await source.test.sql('TRUNCATE orders CASCADE');
    await source.moves.setMove(SHARD, 1, 'finished', [{ role: 'own', from: 'G', before: undefined }]);
    expect(await placed(source)).toEqual(moved(2));
    await expect(source.place(6, { userId: 'carol' })).rejects.toSatisfy((error) => refusal(error)?.peer === null);
    expect((await source.place(7, { userId: 'gina' })).replayed).toBe(false);
  });
});

describe('the release before this one', () => {
  const RENEW = `UPDATE orders SET renewed_at = now() WHERE status = 'created' RETURNING user_id`;
  const CLAIM = 'UPDATE outbox SET due_at = now() RETURNING user_id';
  const SETTLE = 'DELETE FROM outbox WHERE order_id = $1';

  it.each(['leaving', 'moved'])(
    'passes over users who are %s in what it does for all, and is told "unavailable" for one',
    async (state) => {
      await source.place(4, { userId: 'gina' });
      await beginMove(source, target);
      const attempt = await copy(source, target);
      const rest = await leave(source, attempt);
      if (state === 'moved') {
        await target.moves.arrive(SHARD, attempt, rest);
        await source.moves.left(SHARD, attempt);
      }
      for (const text of [RENEW, CLAIM]) {
        expect(await source.databases.query(SHARD, { text, values: [] })).toEqual([{ user_id: 'gina' }]);
      }
      await source.databases.query(SHARD, { text: SETTLE, values: [ID(1)] });
      expect(await source.rows('outbox')).toHaveLength(state === 'leaving' ? 1 : 0);
      const confirmed = source.databases.query(SHARD, { text: `UPDATE orders SET status = 'confirmed'`, values: [] });
      await expect(confirmed).rejects.toSatisfy((error: Error) => isUnavailable(error.cause));
    },
  );
});

function refusal(error: unknown) {
  return error instanceof ShardUnavailableError ? error.refusal : undefined;
}
