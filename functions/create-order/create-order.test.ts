import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP } from '../domain/shard-map.ts';
import { MemoryEvents, MemoryLog, MemoryOrders, MemoryReceipts } from '../testing/ports.ts';
import { createOrder } from './create-order.ts';

const REQUEST = { userId: 'zara', productName: 'Desk', quantity: 1, price: 10_000n };

function system() {
  return {
    shards: DEFAULT_SHARD_MAP,
    orders: new MemoryOrders(),
    receipts: new MemoryReceipts(),
    events: new MemoryEvents(),
    newId: () => '019d0f2e-7b5c-7000-8000-000000000001',
    now: () => new Date('2026-11-22T09:30:00.123Z'),
    log: new MemoryLog(),
  };
}

describe('creating an order', () => {
  it('stores it in its user’s shard, keeps its receipt, publishes its event and leaves no outbox row', async () => {
    const { orders, receipts, events, ...rest } = system();
    const { order } = await createOrder(REQUEST, { orders, receipts, events, ...rest });
    expect(orders.stored).toEqual([{ shard: 'shard2', order }]);
    expect([...receipts.texts.keys()]).toEqual([`receipts/zara/${order.id}.txt`]);
    expect(events.published).toMatchObject([{ orderId: order.id, shard: 2, total: 10_000n }]);
    expect(orders.outbox.size).toBe(0);
  });

  it('stands although its receipt could not be stored, which the outbox remembers', async () => {
    const { receipts, ...rest } = system();
    receipts.failure = new Error('S3 is down');
    const { order, delivered } = await createOrder(REQUEST, { receipts, ...rest });
    expect(delivered).toEqual({ receipt: false, event: true });
    expect(rest.orders.outbox.get(order.id)).toEqual({ receipt: false, event: true });
    expect(rest.log.lines).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  it('stands although its event could not be published, which the outbox remembers', async () => {
    const { events, ...rest } = system();
    events.failure = new Error('Kafka is down');
    const { order, delivered } = await createOrder(REQUEST, { events, ...rest });
    expect(delivered).toEqual({ receipt: true, event: false });
    expect(rest.orders.outbox.get(order.id)).toEqual({ receipt: true, event: false });
  });

  it('stands although the shard went away before the outbox row was dropped', async () => {
    const { orders, events, ...rest } = system();
    const goingAway = { publish: async () => void orders.unavailable.add('shard2') };
    const { delivered } = await createOrder(REQUEST, { orders, ...rest, events: goingAway });
    expect(delivered).toEqual({ receipt: true, event: true });
    expect(orders.outbox.size).toBe(1);
  });

  it('delivers the receipt and the event side by side', async () => {
    const { receipts, events, ...rest } = system();
    const bothStarted = Promise.withResolvers<void>();
    let started = 0;
    const step = () => {
      started += 1;
      if (started === 2) bothStarted.resolve();
      return bothStarted.promise;
    };
    const { delivered } = await createOrder(REQUEST, { ...rest, receipts: { put: step }, events: { publish: step } });
    expect(delivered).toEqual({ receipt: true, event: true });
  });

  it('delivers nothing when it could not be stored', async () => {
    const { orders, receipts, events, ...rest } = system();
    orders.unavailable.add('shard2');
    await expect(createOrder(REQUEST, { orders, receipts, events, ...rest })).rejects.toMatchObject({
      code: 'shard_unavailable',
    });
    expect([receipts.texts.size, events.published.length]).toEqual([0, 0]);
  });
});
