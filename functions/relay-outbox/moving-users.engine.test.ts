import { beforeAll, beforeEach, expect, it } from 'vitest';
import { ID } from '../adapters/postgres/moves-fixture.ts';
import { MOVING_MAP, MovingShards } from '../adapters/postgres/moving-shards-fixture.ts';
import { PostgresOrderStatistics } from '../adapters/postgres/order-statistics.ts';
import { PostgresOutbox } from '../adapters/postgres/outbox.ts';
import type { EventPublisher } from '../domain/ports.ts';
import { MemoryEvents, MemoryLog, MemoryMetrics, MemoryReceipts } from '../testing/ports.ts';
import { relayOutbox } from './relay-outbox.ts';

let shards: MovingShards;
let receipts: MemoryReceipts;
let events: MemoryEvents;

beforeAll(async () => {
  shards = await MovingShards.create();
  return () => shards.close();
});

/** Orders 1 to 3 of alice, which are overdue. */
beforeEach(async () => {
  [receipts, events] = [new MemoryReceipts(), new MemoryEvents()];
  await shards.empty();
  for (const n of [1, 2, 3]) await shards.source.place(n);
  await shards.source.test.sql(`UPDATE outbox SET created_at = created_at - interval '31 s', due_at = now()`);
  await shards.begin();
});

const relay = (publisher: Pick<EventPublisher, 'publishAll'> = events) =>
  relayOutbox({
    shards: MOVING_MAP,
    outbox: new PostgresOutbox(shards.databases),
    statistics: new PostgresOrderStatistics(shards.databases),
    receipts,
    events: publisher,
    republishAfterMinutes: 10_000_000,
    metrics: new MemoryMetrics(),
    now: () => new Date(),
    log: new MemoryLog(),
  });
const published = () => events.published.map(({ orderId, shard }) => [Number(orderId.slice(-12)), shard]);
const outstanding = async () =>
  (await Promise.all([shards.source, shards.target].map((place) => place.rows('outbox')))).flat().length;

it('what has moved is delivered once from its new place, in order, and says where it was placed', async () => {
  await shards.move();
  await shards.target.place(4);
  await shards.target.test.sql(`UPDATE outbox SET due_at = now() WHERE order_id = $1`, [ID(4)]);
  await relay();
  expect(published()).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 1],
  ]);
  expect(receipts.texts.get(`receipts/alice/${ID(1)}.txt`)).toContain('Shard:      shard1 (A-Z)');
  expect(await outstanding()).toBe(0);
});

it('what a relay has claimed keeps its user from moving until it is settled', async () => {
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const relaying = relay({
    publishAll: async (all) => {
      reached.resolve();
      await held.promise;
      await events.publishAll(all);
    },
  });
  await reached.promise;
  await expect(shards.move()).rejects.toThrow('busy');
  held.resolve();
  await relaying;
  await shards.move();
  expect([published().length, await outstanding()]).toEqual([3, 0]);
});

it('a batch whose user has moved all the same, after the lease, is settled where the user is', async () => {
  await relay({
    publishAll: async (all) => {
      await events.publishAll(all);
      await shards.source.test.sql('UPDATE outbox SET leased_until = now()');
      await shards.move();
    },
  });
  expect([published().length, await outstanding()]).toEqual([3, 0]);
  expect(await shards.target.rows('orders')).toMatchObject(
    [1, 2, 3].map(() => ({ event_published_at: expect.any(String) })),
  );
});

it('a user who is on the way is left to the next run, whose other users are not', async () => {
  await shards.source.place(5, { userId: 'zara' });
  await shards.source.test.sql(`UPDATE outbox SET due_at = now()`);
  const { arrive, left } = await shards.leaving();
  await relay();
  expect(published()).toEqual([[5, 1]]);
  await arrive();
  await left();
  await relay();
  expect([
    published()
      .slice(1)
      .map(([n]) => n),
    await outstanding(),
  ]).toEqual([[1, 2, 3], 0]);
});
