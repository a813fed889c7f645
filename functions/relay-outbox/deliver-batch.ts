import { RECEIPTS_OF_BATCH_SECONDS } from '../domain/delivery-timing.ts';
import { orderCreated } from '../domain/events.ts';
import { receiptKey } from '../domain/order.ts';
import type { EventPublisher, Log, OutstandingOrder, ReceiptStore } from '../domain/ports.ts';
import { receiptText } from '../domain/receipt.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';

const RECEIPTS_AT_A_TIME = 10;

export interface DeliveryDependencies {
  readonly receipts: ReceiptStore;
  readonly events: Pick<EventPublisher, 'publishAll'>;
  readonly log: Log;
}

export interface DeliveredBatch {
  /** The batch as it is now. */
  readonly outcome: readonly OutstandingOrder[];
  /** Those of it of which the receipt alone is left, because there was no time for it. */
  readonly late: readonly OutstandingOrder[];
}

/**
 * Stores receipts in parallel and publishes all events in one request, in order, so that none overtakes another. The two fail
 * independently.
 */
export async function deliverBatch(
  shard: ShardRange,
  batch: readonly OutstandingOrder[],
  dependencies: DeliveryDependencies,
): Promise<DeliveredBatch> {
  const [{ stored, untried }, published] = await Promise.all([
    storeReceipts(shard, without('receipt', batch), dependencies),
    publishEvents(shard, without('event', batch), dependencies),
  ]);
  const outcome = batch.map((one) => ({
    ...one,
    delivered: { receipt: one.delivered.receipt || stored.has(one), event: one.delivered.event || published.has(one) },
  }));
  const late = outcome.filter(({ delivered }, n) => delivered.event && untried.has(batch[n] as OutstandingOrder));
  return { outcome, late };
}

function without(effect: 'receipt' | 'event', batch: readonly OutstandingOrder[]): OutstandingOrder[] {
  return batch.filter(({ delivered }) => !delivered[effect]);
}

/** @returns those that are stored, and those that the time was not enough for */
async function storeReceipts(
  shard: ShardRange,
  orders: readonly OutstandingOrder[],
  { receipts, log }: DeliveryDependencies,
): Promise<Record<'stored' | 'untried', ReadonlySet<OutstandingOrder>>> {
  const stored = new Set<OutstandingOrder>();
  const failed = new Map<OutstandingOrder, unknown>();
  const untried = new Set(orders);
  const until = performance.now() + RECEIPTS_OF_BATCH_SECONDS * 1_000;
  const work = async () => {
    // All workers take from the same set.
    for (const one of untried) {
      if (performance.now() > until) return;
      untried.delete(one);
      try {
        await receipts.put(receiptKey(one.order), receiptText(one.order, one.placedIn));
        stored.add(one);
      } catch (error) {
        failed.set(one, error);
      }
    }
  };
  await Promise.all(Array.from({ length: RECEIPTS_AT_A_TIME }, work));
  if (failed.size > 0) {
    const [error] = failed.values();
    log.warn('receipts stay outstanding', { shard: shardName(shard), orderIds: idsOf([...failed.keys()]), error });
  }
  return { stored, untried };
}

/** All, or none when any is in doubt. */
async function publishEvents(
  shard: ShardRange,
  orders: readonly OutstandingOrder[],
  { events, log }: DeliveryDependencies,
): Promise<Set<OutstandingOrder>> {
  if (orders.length === 0) return new Set();
  try {
    await events.publishAll(orders.map(({ order, placedIn }) => orderCreated(order, placedIn)));
    return new Set(orders);
  } catch (error) {
    log.warn('events stay outstanding', { shard: shardName(shard), orderIds: idsOf(orders), error });
    return new Set();
  }
}

function idsOf(orders: readonly OutstandingOrder[]): string[] {
  return orders.map(({ order }) => order.id);
}
