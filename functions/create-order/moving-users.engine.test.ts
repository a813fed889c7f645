import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MOVED_MAP, MovingShards } from '../adapters/postgres/moving-shards-fixture.ts';
import { PostgresOrderWriter } from '../adapters/postgres/order-writer.ts';
import type { UsersPlace } from '../domain/users-place.ts';
import { locatedOrder } from '../http/order-body.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryEvents, MemoryLog, MemoryMetrics, MemoryReceipts } from '../testing/ports.ts';
import { createOrder } from './create-order.ts';

let shards: MovingShards;
let receipts: MemoryReceipts;
let events: MemoryEvents;

beforeAll(async () => {
  shards = await MovingShards.create();
  return () => shards.close();
});
beforeEach(async () => {
  [receipts, events] = [new MemoryReceipts(), new MemoryEvents()];
  await shards.empty();
});

/** @param places what the environment knows; one that has just started knows nothing */
function create(key?: string, userId = 'alice', places: UsersPlace = shards.users()) {
  return createOrder(anOrder({ userId }), key, {
    places,
    orders: new PostgresOrderWriter(shards.databases),
    receipts,
    events,
    newId: () => crypto.randomUUID(),
    now: () => new Date(),
    metrics: new MemoryMetrics(),
    log: new MemoryLog(),
  });
}

/** How many statements the work takes. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const before = shards.databases.statements;
  await work();
  return shards.databases.statements - before;
}

/** In which shards orders are, and how many are outstanding there. */
async function where(userId = 'alice') {
  const count = async (table: 'orders' | 'outbox') =>
    Promise.all([shards.source, shards.target].map(async (place) => (await place.rows(table, userId)).length));
  return { orders: await count('orders'), outbox: await count('outbox') };
}

describe('an order of a user whom nobody moves', () => {
  it('takes two statements, before and during a move of others', async () => {
    const places = shards.users();
    expect(await statementsOf(() => create(undefined, 'alice', places))).toBe(2);
    await shards.begin();
    expect(await statementsOf(() => create(undefined, 'zara', places))).toBe(2);
    expect(await statementsOf(() => create(undefined, 'alice', places))).toBe(2);
    expect(await where()).toEqual({ orders: [2, 0], outbox: [0, 0] });
  });
});

describe('an order of a user who moves', () => {
  beforeEach(async () => {
    await create();
    await shards.begin();
  });

  it('is stored at the source while that copies them, and arrives with the others', async () => {
    await shards.copying();
    expect((await create()).shard).toMatchObject({ id: 1 });
    await shards.move();
    expect(await where()).toEqual({ orders: [2, 2], outbox: [0, 0] });
  });

  it('waits while they are on the way, and is stored where they arrive', async () => {
    const { arrive, left } = await shards.leaving();
    const created = create();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await where()).toEqual({ orders: [1, 1], outbox: [0, 0] });
    await arrive();
    await left();
    expect((await created).shard).toMatchObject({ id: 2, from: 'A', to: 'F' });
    expect(await where()).toEqual({ orders: [1, 2], outbox: [0, 0] });
  });

  it('brings them back to the source when their mover has died, and the target keeps none that comes late', async () => {
    const { arrive } = await shards.leaving();
    await shards.expire();
    expect((await create()).shard).toMatchObject({ id: 1 });
    expect(await arrive()).toBe('refused');
    expect([await shards.source.state(), await shards.target.state()]).toEqual(['copying', 'refused']);
    expect((await create(undefined, 'alice', shards.users(MOVED_MAP))).shard).toMatchObject({ id: 1 });
  });

  it('ends the move when their mover has died after they had arrived', async () => {
    const { arrive } = await shards.leaving();
    await arrive();
    await shards.expire();
    expect((await create()).shard).toMatchObject({ id: 2 });
    expect([await shards.source.state(), await shards.target.state()]).toEqual(['moved', 'here']);
  });

  it('takes one more statement the first time that an environment meets them after the move, and no more later', async () => {
    await shards.move();
    const places = shards.users();
    expect(await statementsOf(() => create(undefined, 'alice', places))).toBe(3);
    expect(await statementsOf(() => create(undefined, 'alice', places))).toBe(2);
    expect(await where()).toEqual({ orders: [1, 3], outbox: [0, 0] });
  });

  it('follows them back when the move is undone', async () => {
    const places = shards.users();
    await shards.move();
    await create(undefined, 'alice', places);
    await shards.abort();
    expect((await create()).shard).toMatchObject({ id: 2 });
    await shards.moveBack();
    expect((await create(undefined, 'alice', places)).shard).toMatchObject({ id: 1 });
    expect((await shards.source.rows('orders')).length).toBe(4);
  });

  it('is stored at the target while they are copied back from there, and waits while they are on the way back', async () => {
    await shards.move();
    await shards.abort();
    await shards.copyingBack();
    expect(await shards.source.state()).toBe('arriving');
    expect((await create()).shard).toMatchObject({ id: 2 });
    const { arrive, left } = await shards.leavingBack();
    const created = create();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await arrive();
    await left();
    expect((await created).shard).toMatchObject({ id: 1 });
    expect((await shards.source.rows('orders')).length).toBe(3);
  });

  it('is settled where they are, though they have moved since it was stored', async () => {
    events.publish = async () => {
      await shards.move();
      return { partition: 4, offset: 2 };
    };
    expect((await create()).delivered).toEqual({ receipt: true, event: true });
    expect(await where()).toEqual({ orders: [2, 2], outbox: [0, 0] });
    expect(await shards.target.rows('orders')).toContainEqual(
      expect.objectContaining({ event_partition: 4, event_offset: 2, event_published_at: expect.any(String) }),
    );
  });

  it('is sent again with its key before, during and after, and gets the same response and receipt each time', async () => {
    events.failure = new Error('Kafka is down');
    const first = await create('k1');
    const text = [...receipts.texts].at(-1);
    const again = async () => {
      const { order, shard, replayed } = await create('k1');
      expect([locatedOrder(order, shard), replayed]).toEqual([locatedOrder(first.order, first.shard), true]);
    };
    await again();
    const { arrive, left } = await shards.leaving();
    const during = again();
    await arrive();
    await left();
    await during;
    await again();
    events.failure = undefined;
    await shards.target.test.sql(
      `UPDATE outbox SET created_at = created_at - interval '1 minute', receipt_pending = true`,
    );
    receipts.texts.clear();
    await again();
    expect([...receipts.texts]).toEqual([text]);
    expect(events.published.at(-1)).toMatchObject({ orderId: first.order.id, shard: 1 });
  });
});

describe('the first order of a user', () => {
  it('is stored at the target of the move', async () => {
    await shards.begin();
    const places = shards.users();
    expect((await create(undefined, 'bob', places)).shard).toMatchObject({ id: 2, from: 'A', to: 'F' });
    expect(await statementsOf(() => create(undefined, 'bob', places))).toBe(2);
    expect(await where('bob')).toEqual({ orders: [0, 2], outbox: [0, 0] });
  });
});

describe('an order for which an environment of the release after asks the target first', () => {
  it('is stored at the source before its user has moved', async () => {
    await shards.source.place(1);
    await shards.begin();
    expect((await create(undefined, 'alice', shards.users(MOVED_MAP))).shard).toMatchObject({ id: 1 });
    expect((await where()).orders).toEqual([2, 0]);
  });
});
