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

/**
 * Stores receipts in parallel and publishes all events in one request, in order, so that none overtakes another. The two fail
 * independently.
 *
 * @returns the batch as it is now
 */
export async function deliverBatch(
  shard: ShardRange,
  batch: readonly OutstandingOrder[],
  dependencies: DeliveryDependencies,
): Promise<OutstandingOrder[]> {
  const [stored, published] = await Promise.all([
    storeReceipts(shard, without('receipt', batch), dependencies),
    publishEvents(shard, without('event', batch), dependencies),
  ]);
  return batch.map((one) => ({
    ...one,
    delivered: { receipt: one.delivered.receipt || stored.has(one), event: one.delivered.event || published.has(one) },
  }));
}

function without(effect: 'receipt' | 'event', batch: readonly OutstandingOrder[]): OutstandingOrder[] {
  return batch.filter(({ delivered }) => !delivered[effect]);
}

async function storeReceipts(
  shard: ShardRange,
  orders: readonly OutstandingOrder[],
  { receipts, log }: DeliveryDependencies,
): Promise<Set<OutstandingOrder>> {
  const stored = new Set<OutstandingOrder>();
  const failures: unknown[] = [];
  const until = performance.now() + RECEIPTS_OF_BATCH_SECONDS * 1_000;
  const queue = orders.values();
  const work = async () => {
    // All workers take from the same queue.
    for (const one of queue) {
      if (performance.now() > until) return;
      try {
        await receipts.put(receiptKey(one.order), receiptText(one.order, one.placedIn));
        stored.add(one);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: RECEIPTS_AT_A_TIME }, work));
  if (stored.size < orders.length) {
    const orderIds = idsOf(orders.filter((one) => !stored.has(one)));
    log.warn('receipts stay outstanding', { shard: shardName(shard), orderIds, error: failures[0] });
  }
  return stored;
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
