import { describe, expect, it } from 'vitest';
import type { OrderRequest } from '../domain/order.ts';
import { DEFAULT_SHARD_MAP, shardFor } from '../domain/shard-map.ts';
import { UsersPlace } from '../domain/users-place.ts';
import { MemoryMoves } from '../testing/memory-moves.ts';
import { anOrder } from '../testing/orders.ts';
import { type CreateOrderDependencies, createOrder } from './create-order.ts';
import { memorySystem } from './create-order-fixture.ts';

const REQUEST: OrderRequest = { userId: 'zara', productName: 'Desk', quantity: 1, price: 10_000n };

const create = (dependencies: CreateOrderDependencies) => createOrder(REQUEST, undefined, dependencies);

describe('creating an order', () => {
  it('stores it in its user’s shard, keeps its receipt, publishes its event and leaves no outbox row', async () => {
    const { orders, receipts, events, ...rest } = memorySystem();
    const { order, replayed } = await create({ orders, receipts, events, ...rest });
    expect(orders.stored).toMatchObject([{ shard: 'shard2', order, key: undefined }]);
    expect([...receipts.texts.keys()]).toEqual([`receipts/zara/${order.id}.txt`]);
    expect(events.published).toMatchObject([{ orderId: order.id, shard: 2, total: 10_000n }]);
    expect([orders.outbox.size, replayed]).toEqual([0, false]);
  });

  it('stands although its receipt could not be stored, which the outbox remembers', async () => {
    const { receipts, ...rest } = memorySystem();
    receipts.failure = new Error('S3 is down');
    const { order, delivered } = await create({ receipts, ...rest });
    expect(delivered).toEqual({ receipt: false, event: true });
    expect(rest.orders.outbox.get(order.id)).toEqual({ receipt: false, event: true });
    expect(rest.log.lines).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  it('stands although its event could not be published, which the outbox remembers', async () => {
    const { events, ...rest } = memorySystem();
    events.failure = new Error('Kafka is down');
    const { order, delivered } = await create({ events, ...rest });
    expect(delivered).toEqual({ receipt: true, event: false });
    expect(rest.orders.outbox.get(order.id)).toEqual({ receipt: true, event: false });
  });

  it('stands although the shard went away before the outbox row was dropped', async () => {
    const { orders, events, ...rest } = memorySystem();
    const goingAway = { publish: async () => void orders.unavailable.add('shard2') };
    const { delivered } = await create({ orders, ...rest, events: goingAway });
    expect(delivered).toEqual({ receipt: true, event: true });
    expect(orders.outbox.size).toBe(1);
  });

  it('leaves its event to the relay where an older one of the user waits', async () => {
    const { orders, receipts, events, ...rest } = memorySystem();
    orders.waiting.add('zara');
    const { order, delivered } = await create({ orders, receipts, events, ...rest });
    expect(delivered).toEqual({ receipt: true, event: false });
    expect(orders.outbox.get(order.id)).toEqual({ receipt: true, event: false });
    expect(events.published).toEqual([]);
  });

  it('delivers the receipt and the event side by side', async () => {
    const { receipts, events, ...rest } = memorySystem();
    const bothStarted = Promise.withResolvers<void>();
    let started = 0;
    const step = () => {
      started += 1;
      if (started === 2) bothStarted.resolve();
      return bothStarted.promise;
    };
    const { delivered } = await create({
      ...rest,
      receipts: { put: step },
      events: { publish: () => step().then(() => undefined) },
    });
    expect(delivered).toEqual({ receipt: true, event: true });
  });

  it('tells the shard what was delivered just now, and where the event lies', async () => {
    const { orders, ...rest } = memorySystem();
    const { order } = await create({ orders, ...rest });
    const age = expect.toSatisfy((ms: number) => ms >= 0 && ms < 60_000);
    const position = { partition: 0, offset: 0 };
    expect(orders.just.get(order.id)).toEqual({ receiptAgeMs: age, eventAgeMs: age, position });
  });

  it('tells of nothing that failed', async () => {
    const { orders, events, ...rest } = memorySystem();
    events.failure = new Error('Kafka is down');
    const { order } = await create({ orders, events, ...rest });
    expect(orders.just.get(order.id)).toEqual({ receiptAgeMs: expect.any(Number) });
  });

  it('delivers nothing when it could not be stored', async () => {
    const { orders, receipts, events, ...rest } = memorySystem();
    orders.unavailable.add('shard2');
    await expect(create({ orders, receipts, events, ...rest })).rejects.toMatchObject({ code: 'shard_unavailable' });
    expect([receipts.texts.size, events.published.length]).toEqual([0, 0]);
  });
});

describe('creating an order of a user who has moved', () => {
  it('stores and settles it at the new place, which its receipt and event name', async () => {
    const { orders, receipts, events, ...rest } = memorySystem();
    orders.refusals.set('shard2 zara', { user: 'zara', peer: 1, move: 1 });
    const { order, shard } = await create({ orders, receipts, events, ...rest });
    expect([shard.id, orders.stored.map((stored) => stored.shard), orders.settledAt]).toEqual([
      1,
      ['shard1'],
      ['shard1'],
    ]);
    expect(receipts.texts.get(`receipts/zara/${order.id}.txt`)).toContain('Shard:      shard1 (A-M)');
    expect(events.published).toMatchObject([{ shard: 1 }]);
  });

  it('settles it at the new place also when the user moves in between', async () => {
    const { orders, events, ...rest } = memorySystem();
    const moving = {
      publish: async () => {
        orders.refusals.set('shard2 zara', { user: 'zara', peer: 1, move: 1 });
        return undefined;
      },
    };
    const { delivered } = await create({ orders, ...rest, events: moving });
    expect([delivered, orders.outbox.size, orders.settledAt]).toEqual([{ receipt: true, event: true }, 0, ['shard1']]);
  });
});

describe('the metrics of a created order', () => {
  it('tell of the order, what it is worth to the cent and how long its event took', async () => {
    const { metrics, ...rest } = memorySystem();
    let time = Date.parse('2026-11-22T09:30:00.123Z');
    const events = {
      publish: async () => {
        time += 250;
        return undefined;
      },
    };
    const request = { ...REQUEST, quantity: 3, price: 10_01n };
    const { order } = await createOrder(request, undefined, { metrics, ...rest, events, now: () => new Date(time) });
    expect(metrics.recorded).toEqual([
      {
        message: 'order created',
        values: { OrdersCreated: 1, Revenue: 30.03, DeliveryLagSeconds: 0.25 },
        fields: { orderId: order.id, shard: 'shard2', delivered: { receipt: true, event: true } },
      },
    ]);
  });

  it('tell of no event that was not published', async () => {
    const { metrics, events, ...rest } = memorySystem();
    events.failure = new Error('Kafka is down');
    await create({ metrics, events, ...rest });
    expect(metrics.recorded.map(({ values }) => values)).toEqual([{ OrdersCreated: 1, Revenue: 100 }]);
  });

  it('do not count what is sent again, but for an event that it publishes after all', async () => {
    const { metrics, events, ...rest } = memorySystem();
    events.failure = new Error('Kafka is down');
    await createOrder(REQUEST, 'k1', { metrics, events, ...rest });
    events.failure = undefined;
    rest.orders.outstandingMs = 60_000;
    await createOrder(REQUEST, 'k1', { metrics, events, ...rest });
    await createOrder(REQUEST, 'k1', { metrics, events, ...rest });
    expect(metrics.recorded.slice(1).map(({ values }) => values)).toEqual([{ DeliveryLagSeconds: 0 }, {}]);
  });
});

describe('sending a request again with its key', () => {
  /** What a first request leaves that died right after its order was stored. */
  async function diedHalfway() {
    const parts = memorySystem();
    await parts.orders.place(shardFor(DEFAULT_SHARD_MAP, 'zara'), anOrder(REQUEST), 'k1');
    return parts;
  }

  it('gives the same order and delivers nothing twice', async () => {
    const parts = memorySystem();
    const first = await createOrder(REQUEST, 'k1', parts);
    const again = await createOrder(REQUEST, 'k1', parts);
    expect(again).toEqual({ ...first, replayed: true });
    expect([parts.orders.stored.length, parts.events.published.length]).toEqual([1, 1]);
  });

  it('gives the order as it was created', async () => {
    const parts = memorySystem();
    const first = await createOrder(REQUEST, 'k1', parts);
    const [stored] = parts.orders.stored;
    if (stored !== undefined) stored.order = { ...first.order, status: 'confirmed', updatedAt: new Date() };
    expect((await createOrder(REQUEST, 'k1', parts)).order).toEqual(first.order);
  });

  it('is refused with another content, and nothing is stored', async () => {
    const parts = memorySystem();
    await createOrder(REQUEST, 'k1', parts);
    for (const other of [{ productName: 'Chair' }, { quantity: 2 }, { price: 10_001n }]) {
      const placed = createOrder({ ...REQUEST, ...other }, 'k1', parts);
      await expect(placed).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    }
    expect(parts.orders.stored).toHaveLength(1);
  });

  it('places another order for another user, and for a request without a key', async () => {
    const parts = memorySystem();
    await createOrder(REQUEST, 'k1', parts);
    await createOrder({ ...REQUEST, userId: 'yoko' }, 'k1', parts);
    await createOrder(REQUEST, undefined, parts);
    await createOrder(REQUEST, undefined, parts);
    expect(parts.orders.stored).toHaveLength(4);
  });

  it('finishes what the first one left undone when that must be dead', async () => {
    const { orders, receipts, events, ...rest } = await diedHalfway();
    orders.outstandingMs = 3_001;
    const { replayed, delivered } = await createOrder(REQUEST, 'k1', { orders, receipts, events, ...rest });
    expect([replayed, delivered]).toEqual([true, { receipt: true, event: true }]);
    expect([receipts.texts.size, events.published.length, orders.outbox.size]).toEqual([1, 1, 0]);
  });

  it('says what is outstanding while the first one may be at work on it', async () => {
    const { orders, receipts, events, ...rest } = await diedHalfway();
    orders.outstandingMs = 3_000;
    const { replayed, delivered } = await createOrder(REQUEST, 'k1', { orders, receipts, events, ...rest });
    expect([replayed, delivered]).toEqual([true, { receipt: false, event: false }]);
    expect([receipts.texts.size, events.published.length, orders.outbox.size]).toEqual([0, 0, 1]);
  });

  it('finishes only what is left', async () => {
    const { events, ...rest } = memorySystem();
    events.failure = new Error('Kafka is down');
    const { order } = await createOrder(REQUEST, 'k1', { events, ...rest });
    events.failure = undefined;
    rest.orders.outstandingMs = 60_000;
    const failing = { put: () => Promise.reject(new Error('needless')) };
    const again = await createOrder(REQUEST, 'k1', { events, ...rest, receipts: failing });
    expect(again.delivered).toEqual({ receipt: true, event: true });
    expect(events.published).toMatchObject([{ orderId: order.id, status: 'created' }]);
  });

  it('is answered as the first time after its user has moved and the map has changed', async () => {
    const { events, ...rest } = memorySystem();
    events.failure = new Error('Kafka is down');
    const first = await createOrder(REQUEST, 'k1', { events, ...rest });
    const text = rest.receipts.texts.get(`receipts/zara/${first.order.id}.txt`);
    events.failure = undefined;
    rest.receipts.texts.clear();
    rest.orders.outbox.set(first.order.id, { receipt: false, event: false });
    rest.orders.outstandingMs = 60_000;
    const [stored] = rest.orders.stored;
    if (stored !== undefined) stored.shard = 'shard1';
    const map = [{ id: 1, from: 'A', to: 'Z' }];
    const places = new UsersPlace(map, new MemoryMoves());
    const again = await createOrder(REQUEST, 'k1', { events, ...rest, places });
    expect(again).toEqual({ ...first, delivered: { receipt: true, event: true }, replayed: true });
    expect([...rest.receipts.texts.values()]).toEqual([text]);
    expect(events.published).toMatchObject([{ shard: 2 }]);
  });
});
