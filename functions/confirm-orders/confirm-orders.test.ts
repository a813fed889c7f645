import { beforeEach, describe, expect, it } from 'vitest';
import { ORDER_CONFIRMED } from '../contract/events/order-confirmed.ts';
import { ShardUnavailableError } from '../domain/errors.ts';
import { confirm, orderCreated } from '../domain/events.ts';
import type { ConfirmationStore, Confirmed } from '../domain/ports.ts';
import { DEFAULT_SHARD_MAP, type ShardRange, shardName } from '../domain/shard-map.ts';
import { MemoryMoves } from '../testing/memory-moves.ts';
import { batchLike, INVOCATION, recordsOf } from '../testing/msk-event.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryLog, MemoryMetrics } from '../testing/ports.ts';
import { confirmOrders } from './confirm-orders.ts';
import sample from './samples/msk-event.json' with { type: 'json' };

const NOW = new Date('2026-11-22T09:30:03Z');
const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;

/** The orders that were created and not confirmed, by the shard that has them. */
class MemoryStatuses implements ConfirmationStore {
  readonly created = new Map([
    [ID(1), 'shard1'],
    [ID(2), 'shard2'],
    [ID(3), 'shard1'],
  ]);
  readonly confirmed = new Map<string, string>();
  readonly updates: { shard: string; orderIds: readonly string[] }[] = [];
  readonly unavailable = new Set<string>();

  async markConfirmed(shard: ShardRange, orderIds: readonly string[]): Promise<Confirmed> {
    const name = shardName(shard);
    if (this.unavailable.has(name)) throw new ShardUnavailableError(name);
    this.updates.push({ shard: name, orderIds });
    const here = orderIds.filter((id) => this.created.get(id) === name);
    for (const id of here) {
      this.created.delete(id);
      this.confirmed.set(id, name);
    }
    return { lags: here.map(() => 1.5), missing: orderIds.filter((id) => this.confirmed.get(id) !== name) };
  }
}

const confirmation = (n: number, shard: number) =>
  ORDER_CONFIRMED.encode(
    confirm(orderCreated(anOrder({ id: ID(n) }), { id: shard, from: 'A', to: 'M' }), new Date('2026-11-22T09:30:02Z')),
  );

describe('confirm-orders', () => {
  let orders: MemoryStatuses;
  let log: MemoryLog;
  let metrics: MemoryMetrics;
  let work: ReturnType<typeof confirmOrders>;

  beforeEach(() => {
    orders = new MemoryStatuses();
    log = new MemoryLog();
    metrics = new MemoryMetrics();
    work = confirmOrders({ shards: DEFAULT_SHARD_MAP, orders, moves: new MemoryMoves(), metrics, now: () => NOW, log });
  });

  it('marks the orders of a batch in one update per shard', async () => {
    expect(await work(recordsOf(sample), INVOCATION)).toEqual([]);
    expect(orders.updates).toEqual([
      { shard: 'shard1', orderIds: [ID(1)] },
      { shard: 'shard2', orderIds: [ID(2)] },
    ]);
    expect(metrics.recorded).toEqual(
      [1, 2].map((n) => ({
        message: 'orders confirmed',
        values: { OrdersConfirmed: 1, ConfirmationLagSeconds: [1.5] },
        fields: { shard: `shard${n}`, orderIds: [ID(n)], unchanged: 0 },
      })),
    );
  });

  it('asks once for an order that is confirmed many times', async () => {
    const hundred = Array.from({ length: 100 }, () => confirmation(1, 1));
    expect(await work(batchLike(sample, ...hundred), INVOCATION)).toEqual([]);
    expect(await work(batchLike(sample, ...hundred), INVOCATION)).toEqual([]);
    expect(orders.updates.map(({ orderIds }) => orderIds)).toEqual([[ID(1)], [ID(1)]]);
    expect(metrics.recorded).toMatchObject([
      { values: { OrdersConfirmed: 1 }, fields: { unchanged: 0 } },
      { values: { OrdersConfirmed: 0, ConfirmationLagSeconds: [] }, fields: { unchanged: 1 } },
    ]);
  });

  it('fails the records of a shard that is down, and no others', async () => {
    orders.unavailable.add('shard1');
    const batch = batchLike(sample, confirmation(1, 1), confirmation(2, 2), confirmation(3, 1));
    expect((await work(batch, INVOCATION)).map(({ offset }) => offset)).toEqual([42, 44]);
    expect(orders.updates).toEqual([{ shard: 'shard2', orderIds: [ID(2)] }]);
    expect(metrics.recorded.map(({ values }) => values)).toEqual([
      { OrdersConfirmed: 1, ConfirmationLagSeconds: [1.5] },
    ]);
    expect(log.lines).toMatchObject([{ level: 'error', fields: { shard: 'shard1', orderIds: [ID(1), ID(3)] } }]);
  });

  it.each([
    ['a tombstone', null],
    ['not JSON', 'oops'],
    ['another event', confirmation(1, 1).replace('order.confirmed', 'order.cancelled')],
    ['without an order id', confirmation(1, 1).replace(ID(1), 'none')],
    ['of a shard that cannot be', confirmation(1, 1).replace('"shard":1', '"shard":27')],
  ])('passes over a record that is %s, and counts it', async (_, poison) => {
    expect(await work(batchLike(sample, poison, confirmation(3, 1)), INVOCATION)).toEqual([]);
    expect(orders.updates).toEqual([{ shard: 'shard1', orderIds: [ID(3)] }]);
    expect(metrics.recorded[0]?.values).toEqual({ UnreadableConfirmations: 1 });
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { offset: 42 } }]);
  });

  it('confirms an order where it is, when its user has moved from the shard that the confirmation names', async () => {
    orders.created.set(ID(3), 'shard2');
    expect(await work(batchLike(sample, confirmation(1, 1), confirmation(3, 1)), INVOCATION)).toEqual([]);
    expect([...orders.confirmed]).toEqual([
      [ID(1), 'shard1'],
      [ID(3), 'shard2'],
    ]);
    expect(orders.updates[1]).toEqual({ shard: 'shard2', orderIds: [ID(3)] });
    expect(metrics.recorded).toMatchObject([
      { values: { OrdersConfirmed: 2 }, fields: { shard: 'shard1', unchanged: 0 } },
    ]);
  });

  it('passes over an order that no shard has', async () => {
    expect(await work(batchLike(sample, confirmation(9, 1), confirmation(1, 1)), INVOCATION)).toEqual([]);
    expect(metrics.recorded).toMatchObject([{ values: { OrdersConfirmed: 1 }, fields: { unchanged: 1 } }]);
  });

  it('looks everywhere for an order of a shard that it does not know, and fails the record if no shard has it', async () => {
    const batch = batchLike(sample, confirmation(9, 3), confirmation(1, 3), confirmation(2, 2));
    expect((await work(batch, INVOCATION)).map(({ offset }) => offset)).toEqual([42]);
    expect([...orders.confirmed.keys()].toSorted()).toEqual([ID(1), ID(2)]);
    expect(log.lines).toMatchObject([{ level: 'error', fields: { shard: 'shard3', orderIds: [ID(9)] } }]);
  });
});
