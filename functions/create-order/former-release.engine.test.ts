import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import * as former from '../adapters/postgres/former-statements-fixture.ts';
import { MovingShards } from '../adapters/postgres/moving-shards-fixture.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { PostgresOrderWriter } from '../adapters/postgres/order-writer.ts';
import { PostgresOutbox } from '../adapters/postgres/outbox.ts';
import { ShardUnavailableError } from '../domain/errors.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryEvents, MemoryLog, MemoryMetrics, MemoryReceipts } from '../testing/ports.ts';
import { createOrder } from './create-order.ts';

const USERS = ['alice', 'bob', 'carol', 'dave'];
const CLIENTS = 4;
const SOURCE = { id: 1, from: 'A', to: 'Z' };
/** Of everything that is due at once in this test. */
const NOW = 0;

let shards: MovingShards;
const events = new MemoryEvents();
/** Requests that the former release answered with 503. */
let refused = 0;

beforeAll(async () => {
  shards = await MovingShards.create();
  return () => shards.close();
});

/** A statement of the former release: at the shard that owned the user before, or unavailable as when that is down. */
async function ask(text: string, values: unknown[]): Promise<Record<string, unknown>[] | undefined> {
  try {
    return await shards.databases.query(SOURCE, { text, values });
  } catch (error) {
    if (error instanceof ShardUnavailableError) return undefined;
    throw error;
  }
}

/** @returns the order's id; undefined for a 503 */
async function createAsBefore(userId: string, key: string): Promise<string | undefined> {
  const id = crypto.randomUUID();
  const values = [id, userId, 'Keyboard', 1, '1.00', 'created', new Date(), new Date(), key, 5, 30];
  const rows = (await ask(former.PLACE, values)) ?? [];
  const [row] = rows.length === 0 ? ((await ask(former.PLACE, values)) ?? []) : rows;
  if (row === undefined) {
    refused += 1;
    return undefined;
  }
  const stored = row.stored === true ? id : String(row.id);
  if (row.stored === true && row.event_waits !== true) await publishAsBefore([{ id, userId }]);
  await ask(former.SETTLE, [stored, true, row.event_waits !== true, 1, 1, null, null]);
  return stored;
}

function publishAsBefore(orders: { id: string; userId: string }[]): Promise<void> {
  return events.publishAll(
    orders.map(({ id, userId }) => ({
      ...anOrder(),
      orderId: id,
      userId,
      total: 1n,
      shard: SOURCE.id,
      timestamp: new Date(),
    })),
  );
}

const places = () => shards.users();
async function createAsNow(userId: string, key: string, environment: ReturnType<typeof places>): Promise<string> {
  const request = { userId, productName: 'Keyboard', quantity: 1, price: 100n };
  const { order } = await createOrder(request, key, {
    places: environment,
    orders: new PostgresOrderWriter(shards.databases),
    receipts: new MemoryReceipts(),
    events,
    newId: () => crypto.randomUUID(),
    now: () => new Date(),
    metrics: new MemoryMetrics(),
    log: new MemoryLog(),
  });
  return order.id;
}

/** Sends requests of all users, each with a key and as long as it takes, now to the one release, now to the other. */
async function client(n: number, moving: () => boolean, acknowledged: Map<string, string>): Promise<void> {
  const environment = places();
  for (let request = 0; moving(); request++) {
    const userId = USERS[(request + n) % USERS.length] ?? '';
    const key = `${n}-${request}`;
    let id: string | undefined;
    for (let attempt = 0; id === undefined; attempt++) {
      id = await ((request + attempt) % 2 === 0 ? createAsBefore(userId, key) : createAsNow(userId, key, environment));
    }
    acknowledged.set(key, id);
    // Sent once more, as by a client that has not got the response.
    const again = await createAsNow(userId, key, environment);
    expect([key, again]).toEqual([key, id]);
  }
}

/** What is outstanding in both shards, by the relays of both releases in turn. */
async function relay(): Promise<void> {
  const outbox = new PostgresOutbox(shards.databases);
  await Promise.all([shards.source, shards.target].map(({ test }) => test.sql('UPDATE outbox SET due_at = now()')));
  const claimed = (await ask(former.CLAIM, [100, 400, NOW, NOW, NOW])) ?? [];
  await publishAsBefore(claimed.map(({ id, user_id }) => ({ id: String(id), userId: String(user_id) })));
  const ids = claimed.map(({ id }) => id);
  await ask(former.SETTLE_ALL, [ids, ids.map(() => true), ids.map(() => true)]);
  await ask(former.RENEW, [NOW, 250]);
  for (const id of [1, 2]) {
    const batch = await outbox.claim({ id });
    await publishAsBefore(batch.map(({ order }) => ({ id: order.id, userId: order.userId })));
    const delivered = { receipt: true, event: true };
    await outbox.settleAll(
      { id },
      batch.map((one) => ({ ...one, delivered })),
    );
  }
}

it('the release before works beside this one while users move: it refuses what it cannot do, and nothing is lost or doubled', async () => {
  const acknowledged = new Map<string, string>();
  // Users without orders are new: the release before cannot serve them during a move.
  for (const userId of USERS) acknowledged.set(userId, (await createAsBefore(userId, userId)) ?? '');
  let busy = true;
  const moving = () => busy;
  await shards.begin();
  const load = [...Array(CLIENTS).keys()].map((n) => client(n, moving, acknowledged));
  const relaying = (async () => {
    for (; busy; await delay(20)) await relay();
  })();
  await delay(300);
  for (const userId of USERS) {
    await expect.poll(() => shards.move(userId).then(() => 'moved', String)).toBe('moved');
    await delay(300);
  }
  busy = false;
  await Promise.all([...load, relaying]);

  const owned = await Promise.all(
    [shards.source, shards.target].map(({ test }) =>
      test.sql(`SELECT id, idempotency_key AS key FROM orders WHERE NOT EXISTS
      (SELECT FROM placements WHERE placements.user_id = orders.user_id AND state IN ('moved', 'arriving', 'refused'))`),
    ),
  );
  const stored = owned.flat().map(({ key, id }) => [key, id]);
  expect(stored.toSorted()).toEqual([...acknowledged].toSorted());
  expect(refused).toBeGreaterThan(0);
  await relay();
  const published = new Set(events.published.map(({ orderId }) => orderId));
  expect([...acknowledged.values()].filter((id) => !published.has(id))).toEqual([]);
  const store = new PostgresOrderStore(shards.databases);
  await ask(former.CONFIRM, [[...published]]);
  const { missing } = await store.markConfirmed({ id: 2 }, [...published]);
  expect(missing).toEqual([]);
  const total = await shards.target.statistics();
  expect([total.placed.orders, total.confirmed.orders]).toEqual([acknowledged.size, acknowledged.size]);
  expect((await shards.source.statistics()).placed.orders).toBe(0);
});
