import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHARD } from '../../../tests/support/test-shard.ts';
import { MoveOverError } from '../../domain/errors.ts';
import type { MoveAttempt } from '../../domain/ports.ts';
import { beginMove, copy, ID, leave, moveUser, Place } from './moves-fixture.ts';

const ALL = { receipt: true, event: true };

let source: Place;
let target: Place;

beforeAll(async () => {
  [source, target] = await Promise.all([Place.create(1), Place.create(2)]);
  return () => Promise.all([source.close(), target.close()]);
});
beforeEach(async () => {
  await Promise.all([source.empty(), target.empty()]);
});

/** Five orders of alice, of which one is all done, one left to the relay, and one published; and one of bob. */
async function someOrders(): Promise<void> {
  for (const n of [1, 2, 3, 4, 5]) await source.place(n, { price: BigInt(100 * n) }, n === 1 ? 'key' : undefined);
  await source.place(6, { userId: 'bob' });
  await source.writer.settle(SHARD, ID(1), ALL, {
    receiptAgeMs: 3,
    eventAgeMs: 5,
    position: { partition: 2, offset: 7 },
  });
  await source.writer.settle(SHARD, ID(2), { receipt: true, event: false });
  await source.writer.settle(SHARD, ID(3), { receipt: false, event: true }, { eventAgeMs: 9 });
  await source.store.markConfirmed(SHARD, [ID(1), ID(3)]);
}

describe('a user who moves', () => {
  it('has the same orders, outbox and statistics there, and leaves the others as they are', async () => {
    await someOrders();
    await source.fold();
    await source.place(7);
    const before = {
      orders: await source.rows('orders'),
      outbox: await source.rows('outbox'),
      alice: await source.statistics('alice'),
      all: await source.statistics(),
      bob: await source.statistics('bob'),
    };
    await beginMove(source, target);
    await moveUser(source, target);

    expect(await target.rows('orders')).toEqual(before.orders);
    expect(await target.rows('outbox')).toEqual(before.outbox);
    expect([before.orders.length, before.outbox.length]).toEqual([6, 5]);
    expect(await source.rows('outbox')).toEqual([]);
    expect([await source.state(), await target.state()]).toEqual(['moved', 'here']);
    expect([await target.statistics('alice'), await target.statistics()]).toEqual([before.alice, before.alice]);
    expect(await source.statistics('bob')).toEqual(before.bob);
    expect((await source.statistics()).placed).toEqual(before.bob.placed);
    await target.fold();
    expect(await target.statistics()).toEqual(before.alice);
  });

  it('takes along what is stored, settled and confirmed while the pages are copied', async () => {
    await someOrders();
    await beginMove(source, target);
    const attempt = await copy(source, target);
    await source.place(7);
    await source.writer.settle(SHARD, ID(4), ALL);
    await source.store.markConfirmed(SHARD, [ID(2)]);
    const rest = await leave(source, attempt);
    expect(await target.moves.arrive(SHARD, attempt, rest)).toBe('here');
    expect(await source.moves.left(SHARD, attempt)).toBe('moved');
    expect(await target.rows('orders')).toEqual(await source.rows('orders'));
    expect(await target.statistics('alice')).toMatchObject({ placed: { orders: 6 }, confirmed: { orders: 3 } });
  });

  it('is copied on by a later mover behind the last page, with all that has changed since the first one', async () => {
    await someOrders();
    await beginMove(source, target);
    const claim = () => source.moves.claim(SHARD, 'alice', 1, 2);
    const claimed = await claim();
    if (claimed.outcome !== 'copying') throw new Error(claimed.outcome);
    const attempt = { userId: 'alice', move: 1, attempt: claimed.attempt };
    expect(await target.moves.expect(SHARD, attempt, 1)).toEqual({ state: 'arriving', copied: undefined });
    const first = await source.moves.page(SHARD, 'alice', undefined, 2);
    await target.moves.take(SHARD, attempt, first.rows);
    await source.store.markConfirmed(SHARD, [ID(2)]);
    // By the clock of another machine, older than what was copied.
    await source.place(7, { createdAt: new Date('2020-01-01T00:00:00Z') });

    expect(await claim()).toEqual(claimed);
    expect(await target.moves.expect(SHARD, attempt, 1)).toEqual({ state: 'arriving', copied: first.last });
    await copy(source, target);
    await target.moves.arrive(SHARD, attempt, await leave(source, attempt));
    await source.moves.left(SHARD, attempt);
    expect(await target.rows('orders')).toEqual(await source.rows('orders'));
    expect(await target.rows('orders')).toHaveLength(6);
  });

  it('is copied from the first order by another attempt: after a refused one, and by another move', async () => {
    // A run may end before it has copied a page.
    const expectFirstPage = async (attempt: MoveAttempt) => {
      for (const _ of ['once', 'again']) {
        expect(await target.moves.expect(SHARD, attempt, 1)).toEqual({ state: 'arriving', copied: undefined });
      }
    };
    await someOrders();
    await beginMove(source, target);
    const first = await copy(source, target);
    await leave(source, first);
    await target.moves.refuse(SHARD, first, 1);
    await source.moves.stay(SHARD, first);
    const claimed = await source.moves.claim(SHARD, 'alice', 1, 2);
    const second = { ...first, attempt: 'attempt' in claimed ? claimed.attempt : 0 };
    await expectFirstPage(second);

    await copy(source, target);
    await beginMove(target, source, 2);
    await beginMove(source, target, 3);
    const anew = await source.moves.claim(SHARD, 'alice', 3, 2);
    const third = { ...first, move: 3, attempt: 'attempt' in anew ? anew.attempt : 0 };
    await expectFirstPage(third);
  });

  it('is copied from the first order when the source was restored to a point in time before that', async () => {
    await someOrders();
    await beginMove(source, target);
    await copy(source, target);
    await source.test.sql('TRUNCATE placements, move_changes');
    await source.store.markConfirmed(SHARD, [ID(2)]);
    // No restore takes less than the second that tells attempts apart.
    await delay(1_000);
    const attempt = await copy(source, target);
    await target.moves.arrive(SHARD, attempt, await leave(source, attempt));
    expect(await target.rows('orders')).toEqual(await source.rows('orders'));
  });

  it('can place, settle and confirm there, and comes back with all of it', async () => {
    await someOrders();
    const before = await source.statistics();
    await beginMove(source, target);
    await moveUser(source, target);
    await target.place(7, { price: 100n });
    await target.writer.settle(SHARD, ID(4), ALL);
    expect((await target.store.markConfirmed(SHARD, [ID(2)])).lags).toHaveLength(1);
    expect((await target.place(8, { price: 100n }, 'key')).replayed).toBe(true);

    await beginMove(target, source, 2);
    await moveUser(target, source, 2);
    expect([await source.state(), await target.state()]).toEqual(['here', 'moved']);
    expect(await source.rows('orders')).toEqual(await target.rows('orders'));
    const { placed, confirmed } = await source.statistics();
    expect([placed.orders, confirmed.orders]).toEqual([before.placed.orders + 1, before.confirmed.orders + 1]);
    expect((await target.statistics()).placed).toEqual({ orders: 0, revenue: 0n });
  });

  it('is in the archive of the source a minute later, not earlier, and forgotten when told', async () => {
    await someOrders();
    await beginMove(source, target);
    await moveUser(source, target);
    expect(await source.moves.archive(SHARD, 'alice', 10)).toBe(0);
    await source.test.sql(`UPDATE placements SET changed_at = changed_at - interval '60 seconds'`);
    const rows = await source.rows('orders');
    const archived = [await source.moves.archive(SHARD, 'alice', 3), await source.moves.archive(SHARD, 'alice', 3)];
    expect(archived).toEqual([3, 2]);
    expect(await source.rows('orders')).toEqual([]);
    const kept = await source.test.sql('SELECT data FROM orders_archive ORDER BY data');
    expect(kept.map(({ data }) => data)).toEqual(rows);
    expect(await source.moves.forget(SHARD, new Date(0), 10)).toBe(0);
    expect(await source.moves.forget(SHARD, new Date(Date.now() + 60_000), 10)).toBe(5);
  });
});

describe('a move that nobody ends', () => {
  it('is not ended by others as long as the target may take: longer when much has changed meanwhile', async () => {
    await someOrders();
    await beginMove(source, target);
    const lease = async () => {
      await leave(source, await copy(source, target));
      const [row] = await source.test.sql(
        'SELECT extract(epoch FROM lease_until - changed_at)::float8 AS s FROM placements',
      );
      return row?.s;
    };
    expect(await lease()).toBeLessThan(30);
    await source.test.sql(`UPDATE placements SET state = 'copying'`);
    await source.test.sql(`INSERT INTO move_changes SELECT 'alice', gen_random_uuid() FROM generate_series(1, 40000)`);
    expect(await lease()).toBeCloseTo(32, 0);
  });

  it('is undone for good: the mover that wakes cannot commit it, and the user is copied anew', async () => {
    await someOrders();
    await beginMove(source, target);
    const attempt = await copy(source, target);
    const rest = await leave(source, attempt);
    expect(await target.moves.refuse(SHARD, attempt, 1)).toBe('refused');
    expect(await source.moves.stay(SHARD, attempt)).toBe('copying');
    await source.place(7);

    expect(await target.moves.arrive(SHARD, attempt, rest)).toBe('refused');
    await expect(target.moves.take(SHARD, attempt, '[]')).rejects.toBeInstanceOf(MoveOverError);
    await moveUser(source, target);
    expect(await target.rows('orders')).toEqual(await source.rows('orders'));
    expect(await target.moves.arrive(SHARD, attempt, rest)).toBeNull();
    expect((await target.statistics()).placed.orders).toBe(6);
  });

  it('is finished when the user had arrived, and each step may come again', async () => {
    await someOrders();
    await beginMove(source, target);
    const attempt = await copy(source, target);
    const rest = await leave(source, attempt);
    expect(await leave(source, attempt)).toBe(rest);
    for (const _ of ['once', 'again']) expect(await target.moves.arrive(SHARD, attempt, rest)).toBe('here');
    expect(await target.moves.refuse(SHARD, attempt, 1)).toBe('here');
    for (const _ of ['once', 'again']) expect(await source.moves.left(SHARD, attempt)).toBe('moved');
    expect(await source.moves.stay(SHARD, attempt)).toBe('moved');
    expect((await target.statistics()).placed.orders).toBe(5);
    expect((await source.statistics()).placed.orders).toBe(1);
  });

  it('has no effect of a mover that was taken for dead: a later attempt has begun', async () => {
    await someOrders();
    await beginMove(source, target);
    const frozen = await copy(source, target);
    await leave(source, frozen);
    await target.moves.refuse(SHARD, frozen, 1);
    await source.moves.stay(SHARD, frozen);
    const attempt = await copy(source, target);
    expect(attempt.attempt).toBeGreaterThan(frozen.attempt);
    await expect(target.moves.take(SHARD, frozen, '[]')).rejects.toBeInstanceOf(MoveOverError);
    expect(await source.moves.leave(SHARD, frozen, true)).toMatchObject({ outcome: 'gone' });
    expect(await target.moves.expect(SHARD, frozen, 1)).toMatchObject({ state: 'refused' });
    expect(await target.moves.arrive(SHARD, attempt, await leave(source, attempt))).toBe('here');
    expect(await target.moves.expect(SHARD, frozen, 1)).toMatchObject({ state: 'here' });
  });

  it('leaves nothing behind when it is aborted: copies are cleared before the move back can be finished', async () => {
    await someOrders();
    await beginMove(source, target);
    const attempt = await copy(source, target);
    const rest = await leave(source, attempt);
    await source.moves.setMove(SHARD, 1, 'paused');
    expect(await source.moves.claim(SHARD, 'alice', 1, 2)).toMatchObject({ outcome: 'stopped' });
    expect(await target.moves.clear(SHARD, 'alice', 10)).toBe(0);

    await beginMove(target, source, 2);
    expect(await target.moves.arrive(SHARD, attempt, rest)).toBe('arriving');
    expect(await target.moves.refuse(SHARD, attempt, 1)).toBe('refused');
    expect(await source.moves.stay(SHARD, attempt)).toBe('here');
    await source.place(7);
    await expect(target.moves.setMove(SHARD, 2, 'finished', [])).rejects.toBeInstanceOf(MoveOverError);
    expect([await target.moves.clear(SHARD, 'alice', 3), await target.moves.clear(SHARD, 'alice', 3)]).toEqual([3, 2]);
    await target.moves.setMove(SHARD, 2, 'finished', [{ role: 'own', from: 'G', before: undefined }]);
    expect([await target.rows('orders'), (await source.rows('orders')).length]).toEqual([[], 6]);
    await expect(source.moves.setMove(SHARD, 1, 'running', [])).rejects.toBeInstanceOf(MoveOverError);
  });

  it('cannot be finished while a user’s old orders are in lists, nor while one is under way', async () => {
    await someOrders();
    await beginMove(source, target);
    const attempt = await copy(source, target);
    const finish = () => source.moves.setMove(SHARD, 1, 'finished', [{ role: 'own', from: 'G', before: undefined }]);
    await expect(finish()).rejects.toThrow(
      'shard1 refuses a step of a move: users are still moving from this shard, or it has orders of users who are elsewhere.',
    );
    await target.moves.arrive(SHARD, attempt, await leave(source, attempt));
    await source.moves.left(SHARD, attempt);
    await expect(finish()).rejects.toBeInstanceOf(MoveOverError);
    await source.test.sql(`UPDATE placements SET changed_at = changed_at - interval '60 seconds'`);
    await source.moves.archive(SHARD, 'alice', 10);
    await finish();
  });
});
