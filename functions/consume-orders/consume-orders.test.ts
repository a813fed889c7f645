import { beforeEach, describe, expect, it } from 'vitest';
import { ORDER_CREATED } from '../contract/events/order-created.ts';
import { UnknownShardError } from '../domain/errors.ts';
import { type OrderConfirmed, orderCreated } from '../domain/events.ts';
import type { ConfirmationPublisher } from '../domain/ports.ts';
import { batchLike, INVOCATION, recordsOf } from '../testing/msk-event.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryLog, MemoryMetrics } from '../testing/ports.ts';
import { consumeOrders } from './consume-orders.ts';
import sample from './samples/msk-event.json' with { type: 'json' };

const NOW = new Date('2026-11-22T09:30:02Z');

/** The topic of confirmations; each of `failures` makes one publish fail. */
class MemoryConfirmations implements ConfirmationPublisher {
  readonly sends: OrderConfirmed[][] = [];
  partitions = 2;
  readonly failures: Error[] = [];

  async publish(confirmations: readonly OrderConfirmed[]): Promise<void> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    const stray = confirmations.find(({ shard }) => shard > this.partitions);
    if (stray !== undefined) throw new UnknownShardError(stray.shard, this.partitions);
    this.sends.push([...confirmations]);
  }
}

const eventOf = (userId: string, shard = 1) =>
  ORDER_CREATED.encode(orderCreated(anOrder({ userId }), { id: shard, from: 'A', to: 'M' }));

describe('consume-orders', () => {
  let confirmations: MemoryConfirmations;
  let metrics: MemoryMetrics;
  let log: MemoryLog;
  let waited: number;
  /** How many partitions the topic has after two seconds. */
  let later: number;
  let consume: ReturnType<typeof consumeOrders>;

  beforeEach(() => {
    confirmations = new MemoryConfirmations();
    metrics = new MemoryMetrics();
    log = new MemoryLog();
    [waited, later] = [0, confirmations.partitions];
    const wait = async (milliseconds: number) => {
      waited += milliseconds;
      if (waited >= 2_000) confirmations.partitions = later;
    };
    consume = consumeOrders({ confirmations, now: () => NOW, wait, metrics, log });
  });

  it('publishes the confirmations of a batch together and logs each of them', async () => {
    expect(await consume(recordsOf(sample), INVOCATION)).toEqual([]);
    expect(confirmations.sends).toMatchObject([
      [
        { orderId: '019d0f2e-7b5c-7000-8000-000000000001', userId: 'alice', shard: 1, timestamp: NOW },
        { orderId: '019d0f2e-7b5c-7000-8000-000000000002', userId: 'zara', shard: 2 },
      ],
    ]);
    expect(log.lines).toEqual([
      {
        level: 'info',
        message:
          'Dear alice, your order for 2 x Mechanical Keyboard (Total: $299.98) has been confirmed! ' +
          'Order ID: 019d0f2e-7b5c-7000-8000-000000000001',
        fields: { orderId: '019d0f2e-7b5c-7000-8000-000000000001', shard: 'shard1' },
      },
      expect.objectContaining({ message: expect.stringContaining('999999 x Skyscraper (Total: $99999899990000.01)') }),
    ]);
  });

  it('logs the trace that an event belongs to', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const [record] = batchLike(sample, eventOf('alice'));
    if (record === undefined) throw new Error('There is a record.');
    const traced = { ...record, headers: [...record.headers, { traceparent: [...Buffer.from(traceparent)] }] };
    await consume([traced], INVOCATION);
    expect(log.lines).toMatchObject([{ fields: { traceparent } }]);
  });

  it.each([
    ['a tombstone', null],
    ['not JSON', 'oops'],
    ['not UTF-8', Buffer.from([0xff])],
    ['of 900 KB', 'x'.repeat(900 * 1024)],
    ['for a shard that cannot be', eventOf('alice').replace('"shard":1', '"shard":27')],
  ])('fails a record that is %s alone', async (_, poison) => {
    const failed = await consume(batchLike(sample, eventOf('alice'), poison, eventOf('bob')), INVOCATION);
    expect(failed).toEqual([{ topic: 'orders', partition: 3, offset: 43 }]);
    expect(confirmations.sends.map((sent) => sent.map(({ userId }) => userId))).toEqual([['alice', 'bob']]);
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { offset: 43 } }]);
    expect(metrics.recorded).toEqual([
      { message: 'events were rejected', values: { RejectedEvents: 1 }, fields: undefined },
    ]);
  });

  it('counts all events together that a batch rejects, for whatever reason, and none when there are none', async () => {
    await consume(batchLike(sample, 'oops', '{}', eventOf('bob'), '[]', null), INVOCATION);
    await consume(batchLike(sample, eventOf('alice')), INVOCATION);
    expect(metrics.recorded.map(({ values }) => values)).toEqual([{ RejectedEvents: 4 }]);
  });

  it('publishes nothing for a batch of which it can read nothing', async () => {
    expect(await consume(batchLike(sample, 'oops'), INVOCATION)).toHaveLength(1);
    expect(confirmations.sends).toEqual([]);
  });

  it('goes on trying while Kafka fails and there is time', async () => {
    confirmations.failures.push(new Error('no leader'), new Error('no leader'));
    expect(await consume(batchLike(sample, eventOf('alice')), INVOCATION)).toEqual([]);
    expect(confirmations.sends).toHaveLength(1);
    expect(waited).toBeGreaterThan(0);
  });

  it('waits for the partition of a new shard, and confirms the others meanwhile', async () => {
    later = 3;
    const batch = batchLike(sample, eventOf('mia', 3), eventOf('alice'), eventOf('max', 3));
    expect(await consume(batch, INVOCATION)).toEqual([]);
    const sent = confirmations.sends.map((each) => each.map(({ userId, shard }) => `${userId} ${shard}`));
    expect(sent).toEqual([['alice 1'], ['mia 3', 'max 3']]);
    expect(metrics.recorded).toEqual([]);
  });

  it('fails those alone whose partition does not come while it has time', async () => {
    const ending = { ...INVOCATION, getRemainingTimeInMillis: () => 60_000 - waited };
    const failed = await consume(batchLike(sample, eventOf('mia', 3), eventOf('alice')), ending);
    expect(failed.map(({ offset }) => offset)).toEqual([42]);
    expect(waited).toBeLessThanOrEqual(55_000);
    expect(confirmations.sends).toMatchObject([[{ userId: 'alice' }]]);
  });

  it('fails what it could not publish when its time is nearly over, and confirms it to nobody', async () => {
    confirmations.failures.push(...Array.from({ length: 1_000 }, () => new Error('no leader')));
    const ending = { ...INVOCATION, getRemainingTimeInMillis: () => 60_000 - waited };
    const failed = await consume(batchLike(sample, eventOf('alice'), 'oops', eventOf('bob')), ending);
    expect(failed.map(({ offset }) => offset).sort()).toEqual([42, 43, 44]);
    expect(waited).toBeLessThanOrEqual(55_000);
    expect(log.lines.filter(({ level }) => level === 'info')).toEqual([]);
    expect(metrics.recorded.map(({ values }) => values)).toEqual([{ RejectedEvents: 1 }]);
  });
});
