import { RECEIPTS_OF_BATCH_SECONDS } from '../domain/delivery-timing.ts';
import { orderCreated } from '../domain/events.ts';
import { type Order, receiptKey } from '../domain/order.ts';
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
    storeReceipts(shard, ordersWithout('receipt', batch), dependencies),
    publishEvents(shard, ordersWithout('event', batch), dependencies),
  ]);
  return batch.map(({ order, delivered, renewed }) => ({
    order,
    delivered: { receipt: delivered.receipt || stored.has(order), event: delivered.event || published.has(order) },
    renewed,
  }));
}

function ordersWithout(effect: 'receipt' | 'event', batch: readonly OutstandingOrder[]): Order[] {
  return batch.filter(({ delivered }) => !delivered[effect]).map(({ order }) => order);
}

async function storeReceipts(
  shard: ShardRange,
  orders: readonly Order[],
  { receipts, log }: DeliveryDependencies,
): Promise<Set<Order>> {
  const stored = new Set<Order>();
  const failures: unknown[] = [];
  const until = performance.now() + RECEIPTS_OF_BATCH_SECONDS * 1_000;
  const queue = orders.values();
  const work = async () => {
    // All workers take from the same queue.
    for (const order of queue) {
      if (performance.now() > until) return;
      try {
        await receipts.put(receiptKey(order), receiptText(order, shard));
        stored.add(order);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: RECEIPTS_AT_A_TIME }, work));
  if (stored.size < orders.length) {
    const orderIds = orders.filter((order) => !stored.has(order)).map(({ id }) => id);
    log.warn('receipts stay outstanding', { shard: shardName(shard), orderIds, error: failures[0] });
  }
  return stored;
}

/** All, or none when any is in doubt. */
async function publishEvents(
  shard: ShardRange,
  orders: readonly Order[],
  { events, log }: DeliveryDependencies,
): Promise<Set<Order>> {
  if (orders.length === 0) return new Set();
  try {
    await events.publishAll(orders.map((order) => orderCreated(order, shard)));
    return new Set(orders);
  } catch (error) {
    log.warn('events stay outstanding', { shard: shardName(shard), orderIds: orders.map(({ id }) => id), error });
    return new Set();
  }
}
