import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHARD } from '../../../tests/support/test-shard.ts';
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
