import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { OutstandingOrder } from '../domain/ports.ts';
import { DEFAULT_SHARD_MAP } from '../domain/shard-map.ts';
import { MemoryOutbox } from '../testing/memory-outbox.ts';
import { MemoryStatistics } from '../testing/memory-statistics.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryEvents, MemoryLog, MemoryMetrics, MemoryReceipts } from '../testing/ports.ts';
import { type RelayOutboxDependencies, relayOutbox } from './relay-outbox.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;
const ALL = { receipt: true, event: true };

/** Order n with nothing delivered, unless said otherwise. */
const outstanding = (n: number, delivered = { receipt: false, event: false }, renewed = false): OutstandingOrder => ({
  order: anOrder({ id: ID(n) }),
  placedIn: { id: 1, from: 'A', to: 'M' },
  delivered,
  renewed,
});
/** When the orders were created. */
const CREATED = anOrder().createdAt;
const later = (milliseconds: number) => new Date(CREATED.getTime() + milliseconds);

describe('relaying the outbox', () => {
  let outbox: MemoryOutbox;
  let receipts: MemoryReceipts;
  let events: MemoryEvents;
  let log: MemoryLog;
  let metrics: MemoryMetrics;
  let statistics: MemoryStatistics;

  beforeEach(() => {
    [outbox, receipts, events, log] = [new MemoryOutbox(), new MemoryReceipts(), new MemoryEvents(), new MemoryLog()];
    metrics = new MemoryMetrics();
    statistics = new MemoryStatistics();
  });

  const relay = (over: Partial<RelayOutboxDependencies> = {}) =>
    relayOutbox({
      shards: DEFAULT_SHARD_MAP,
      outbox,
      statistics,
      receipts,
      events,
      republishAfterMinutes: 10,
      metrics,
      now: () => later(90_000),
      log,
      ...over,
    });
  const values = (shard: string) => metrics.recorded.find(({ fields }) => fields?.shard === shard)?.values;
  const published = () => events.published.map(({ orderId }) => Number(orderId.slice(-12)));

  it('tells the shard and the range of the time when an order was placed, in its receipt and in its event', async () => {
    outbox.batches.shard2 = [[{ ...outstanding(1), placedIn: { id: 3, from: 'A', to: 'F' } }]];
    await relay();
    expect(receipts.texts.get(`receipts/alice/${ID(1)}.txt`)).toContain('Shard:      shard3 (A-F)');
    expect(events.published).toMatchObject([{ shard: 3 }]);
  });

  it('settles the orders of a user who has moved meanwhile at the new place', async () => {
    outbox.batches.shard1 = [[outstanding(1), outstanding(2)]];
    outbox.moved.set('alice', 'shard2');
    await relay();
    expect(outbox.settled).toEqual([1, 2].map((n) => outstanding(n, ALL)));
    expect(values('shard1')).toMatchObject({ Relayed: 2 });
  });

  it('delivers receipts and events batch by batch until nothing is left, and reports each shard', async () => {
    outbox.batches.shard1 = [[outstanding(1), outstanding(2)], [outstanding(3)]];
    await relay();
    expect(published()).toEqual([1, 2, 3]);
    expect(receipts.texts.size).toBe(3);
    expect(outbox.settled).toEqual([1, 2, 3].map((n) => outstanding(n, ALL)));
    const nothing = { Relayed: 0, Republished: 0, OutboxOldestAgeSeconds: 0, DeliveryLagSeconds: [] };
    expect(values('shard1')).toEqual({ ...nothing, Relayed: 3, DeliveryLagSeconds: [90, 90, 90] });
    expect(values('shard2')).toEqual(nothing);
    expect(metrics.recorded).toHaveLength(2);
    expect(statistics.folded.toSorted()).toEqual(['shard1', 'shard2']);
  });

  it('delivers only what is outstanding of an order', async () => {
    outbox.batches.shard1 = [
      [outstanding(1, { receipt: true, event: false }), outstanding(2, { receipt: false, event: true })],
    ];
    await relay();
    expect(published()).toEqual([1]);
    expect([...receipts.texts.keys()]).toEqual([`receipts/alice/${ID(2)}.txt`]);
    expect(outbox.settled).toEqual([outstanding(1, ALL), outstanding(2, ALL)]);
  });

  it('drops a note of which nothing is outstanding any more', async () => {
    outbox.batches.shard1 = [[outstanding(1, ALL)]];
    await relay();
    expect([published(), outbox.settled]).toEqual([[], [outstanding(1, ALL)]]);
  });

  it('stores receipts while Kafka is down, and says that events stay', async () => {
    events.failure = new Error('Kafka is down');
    outbox.batches.shard1 = [[outstanding(1)], [outstanding(2)]];
    await relay();
    const receiptOnly = { receipt: true, event: false };
    expect(outbox.settled).toEqual([outstanding(1, receiptOnly), outstanding(2, receiptOnly)]);
    expect(values('shard1')).toMatchObject({ Relayed: 0, OutboxOldestAgeSeconds: 90, DeliveryLagSeconds: [] });
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', message: 'events stay outstanding' }));
  });

  it('publishes events while S3 is down, and says that receipts stay', async () => {
    receipts.failure = new Error('S3 is down');
    outbox.batches.shard1 = [[outstanding(1)], [outstanding(2)]];
    await relay();
    expect(published()).toEqual([1, 2]);
    expect(outbox.settled.map(({ delivered }) => delivered)).toEqual([
      { receipt: false, event: true },
      { receipt: false, event: true },
    ]);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', message: 'receipts stay outstanding' }));
  });

  it('counts all events of a batch as outstanding when they could not be published together', async () => {
    outbox.batches.shard1 = [[outstanding(1), outstanding(2)]];
    const halfway = {
      publishAll: async () => {
        throw new Error('one partition has no leader');
      },
    };
    await relay({ events: halfway });
    expect(outbox.settled.map(({ delivered }) => delivered.event)).toEqual([false, false]);
  });

  it('never has more than ten receipts under way', async () => {
    let [underWay, most] = [0, 0];
    const counting = {
      put: async () => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
      },
    };
    outbox.batches.shard1 = [Array.from({ length: 35 }, (_, n) => outstanding(n))];
    await relay({ receipts: counting });
    expect([most, outbox.settled.filter(({ delivered }) => delivered.receipt).length]).toEqual([10, 35]);
  });

  it('stores receipts for which a batch had no time in the same run, once all events are published', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const effects: string[] = [];
    const slowBucket = {
      put: async (...receipt: Parameters<MemoryReceipts['put']>) => {
        vi.advanceTimersByTime(300);
        effects.push('receipt');
        await receipts.put(...receipt);
      },
    };
    const publisher = {
      publishAll: async (all: Parameters<MemoryEvents['publishAll']>[0]) => {
        effects.push('events');
        await events.publishAll(all);
      },
    };
    const first = Array.from({ length: 20 }, (_, n) => outstanding(n));
    outbox.batches.shard1 = [first, [outstanding(20, { receipt: true, event: false })]];
    await relay({ receipts: slowBucket, events: publisher, now: () => new Date() });
    expect(receipts.texts.size).toBe(20);
    expect(effects.filter((effect) => effect === 'receipt')).toHaveLength(20);
    expect(effects.lastIndexOf('events')).toBeLessThan(effects.lastIndexOf('receipt'));
    expect(new Set(outbox.settled.filter(({ delivered }) => delivered.receipt && delivered.event)).size).toBe(21);
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('says how many receipts wait for another run', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const slowBucket = { put: async () => void vi.advanceTimersByTime(6_000) };
    outbox.batches.shard1 = [Array.from({ length: 20 }, (_, n) => outstanding(n))];
    await relay({ receipts: slowBucket, now: () => new Date() });
    const line = { level: 'warn', message: 'receipts wait for another run' };
    expect(log.lines).toContainEqual({ ...line, fields: { shard: 'shard1', receipts: 12 } });
  });

  it('publishes again what was never confirmed, once everything else is done', async () => {
    outbox.batches.shard1 = [[outstanding(1)]];
    outbox.unconfirmed.shard1 = [[outstanding(2, { receipt: true, event: false }, true)]];
    await relay();
    expect(published()).toEqual([1, 2]);
    // The second one's event was delivered long ago: how long it took to be confirmed is another figure.
    expect(values('shard1')).toMatchObject({ Relayed: 2, Republished: 1, DeliveryLagSeconds: [90] });
  });

  it.each([
    ['', 0],
    [', although the clock of the machine was set back', -3_600_000],
    [', and not sooner although it was set forward', 3_600_000],
  ])('begins no batch after 45 seconds%s', async (_, step) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    outbox.batches.shard1 = [[outstanding(1)], [outstanding(2)], [outstanding(3)]];
    const slow = {
      publishAll: async (all: Parameters<MemoryEvents['publishAll']>[0]) => {
        vi.advanceTimersByTime(23_000);
        vi.setSystemTime(Date.now() + step);
        await events.publishAll(all);
      },
    };
    await relay({ shards: DEFAULT_SHARD_MAP.slice(0, 1), events: slow, now: () => new Date() });
    expect(published()).toEqual([1, 2]);
  });

  it('leaves a shard that does not respond for the next run, and serves the others', async () => {
    outbox.unavailable.add('shard1');
    outbox.batches.shard2 = [[outstanding(1)]];
    await relay();
    expect(published()).toEqual([1]);
    expect(metrics.recorded.map(({ fields }) => fields)).toEqual([{ shard: 'shard2' }]);
    const line = { level: 'error', fields: expect.objectContaining({ shard: 'shard1' }) };
    expect(log.lines).toContainEqual(expect.objectContaining(line));
  });

  it('fails for a defect, after the other shards are served', async () => {
    outbox.batches.shard2 = [[outstanding(1)], [outstanding(2)]];
    const defective = Object.assign(Object.create(outbox) as MemoryOutbox, {
      claim: async (shard: { id: number }) => {
        if (shard.id === 1) throw new TypeError('a defect');
        return outbox.claim({ id: 2, from: 'N', to: 'Z' });
      },
    });
    await expect(relay({ outbox: defective })).rejects.toThrow('a defect');
    expect(published()).toEqual([1, 2]);
  });
});
