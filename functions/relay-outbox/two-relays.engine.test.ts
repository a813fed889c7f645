import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHARD, TestShard } from '../../tests/support/test-shard.ts';
import { PostgresOrderStatistics } from '../adapters/postgres/order-statistics.ts';
import { PostgresOrderWriter } from '../adapters/postgres/order-writer.ts';
import { PostgresOutbox } from '../adapters/postgres/outbox.ts';
import type { OrderCreated } from '../domain/events.ts';
import type { EventPublisher } from '../domain/ports.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryEvents, MemoryLog, MemoryMetrics, MemoryReceipts } from '../testing/ports.ts';
import { relayOutbox } from './relay-outbox.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;
const ORDERS = 700;
const USERS = 130;

let shard: TestShard;
let receipts: MemoryReceipts;
let events: MemoryEvents;

/** A relay as it runs in an execution environment of its own. */
async function relay(publisher: Pick<EventPublisher, 'publishAll'> = events): Promise<void> {
  const databases = shard.open();
  try {
    await relayOutbox({
      shards: [SHARD],
      outbox: new PostgresOutbox(databases),
      statistics: new PostgresOrderStatistics(databases),
      receipts,
      events: publisher,
      republishAfterMinutes: 10_000_000,
      metrics: new MemoryMetrics(),
      now: () => new Date(),
      log: new MemoryLog(),
    });
  } finally {
    await databases.close();
  }
}

const wait = (seconds: number) =>
  shard.sql(
    `UPDATE outbox SET created_at = created_at - make_interval(secs => $1), due_at = due_at - make_interval(secs => $1)`,
    [seconds],
  );
const outstanding = async () => (await shard.sql('SELECT order_id FROM outbox')).length;

/** How often each of the orders was published. */
function timesPublished(): number[] {
  const times = new Map<string, number>();
  for (const { orderId } of events.published) times.set(orderId, (times.get(orderId) ?? 0) + 1);
  return Array.from({ length: ORDERS }, (_, n) => times.get(ID(n)) ?? 0);
}

function expectOrderPerUser(): void {
  const byUser = Map.groupBy(events.published, ({ userId }) => userId);
  for (const published of byUser.values()) {
    const first = [...new Set(published.map(({ orderId }) => orderId))];
    expect(first).toEqual(first.toSorted());
  }
}

beforeAll(async () => {
  shard = await TestShard.create();
});
beforeEach(async () => {
  [receipts, events] = [new MemoryReceipts(), new MemoryEvents()];
  await shard.sql('TRUNCATE orders, outbox');
  const databases = shard.open();
  const orders = new PostgresOrderWriter(databases);
  for (let n = 0; n < ORDERS; n++) {
    await orders.place(SHARD, anOrder({ id: ID(n), userId: `user${n % USERS}`, createdAt: new Date() }), undefined);
  }
  await databases.close();
  await wait(30);
});

describe('two relays at once', () => {
  it('deliver every order once or twice, each user’s in order, and empty the outbox', async () => {
    await Promise.all([relay(), relay()]);
    const times = timesPublished();
    expect([Math.min(...times), Math.max(...times) <= 2]).toEqual([1, true]);
    expect([receipts.texts.size, await outstanding()]).toEqual([ORDERS, 0]);
    expectOrderPerUser();
  });

  it('do not wait for each other: one gets on with the other users while the other is held up', async () => {
    const heldUp = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const slow = relay({
      publishAll: async (all: readonly OrderCreated[]) => {
        reached.resolve();
        await heldUp.promise;
        await events.publishAll(all);
      },
    });
    await reached.promise;
    await relay();
    const users = new Set(events.published.map(({ userId }) => userId));
    expect(users.size).toBe(USERS - 100);
    heldUp.resolve();
    await slow;
    expect([Math.min(...timesPublished()), await outstanding()]).toEqual([1, 0]);
    expectOrderPerUser();
  });

  it('lose nothing when one dies between publishing and settling', async () => {
    const died = Promise.withResolvers<void>();
    void relay({
      publishAll: async (all: readonly OrderCreated[]) => {
        await events.publishAll(all);
        died.resolve();
        await new Promise(() => undefined);
      },
    });
    await died.promise;
    await relay();
    expect(await outstanding()).toBeGreaterThan(0);
    await wait(60);
    await relay();
    const times = timesPublished();
    expect([Math.min(...times), Math.max(...times), await outstanding()]).toEqual([1, 2, 0]);
    expectOrderPerUser();
  });
});
