import { type OrderCreated, orderCreated } from '../domain/events.ts';
import { type Order, type OrderRequest, receiptKey } from '../domain/order.ts';
import type { Delivered, EventPublisher, Log, OrderWriter, ReceiptStore } from '../domain/ports.ts';
import { receiptText } from '../domain/receipt.ts';
import { type ShardRange, shardFor, shardName } from '../domain/shard-map.ts';

export interface CreateOrderDependencies {
  readonly shards: readonly ShardRange[];
  readonly orders: OrderWriter;
  readonly receipts: ReceiptStore;
  readonly events: EventPublisher;
  /** A new UUIDv7. */
  readonly newId: () => string;
  readonly now: () => Date;
  readonly log: Log;
}

export interface CreatedOrder {
  readonly order: Order;
  readonly shard: ShardRange;
  readonly delivered: Delivered;
}

/**
 * Stores an order in its user's shard, then delivers its receipt and its event side by side. The order stands once it
 * is stored: what could not be delivered stays noted in the shard's outbox.
 *
 * @throws ShardUnavailableError when the order could not be stored
 */
export async function createOrder(request: OrderRequest, dependencies: CreateOrderDependencies): Promise<CreatedOrder> {
  const { shards, orders, newId, now, log } = dependencies;
  const shard = shardFor(shards, request.userId);
  const createdAt = now();
  const order: Order = { ...request, id: newId(), status: 'created', createdAt, updatedAt: createdAt };

  await orders.insert(shard, order);
  const delivered = await deliver(order, shard, dependencies);
  if (delivered.receipt || delivered.event) {
    await attempt('settling the outbox', order, log, () => orders.settle(shard, order.id, delivered));
  }

  log.info('order created', { orderId: order.id, shard: shardName(shard), delivered });
  return { order, shard, delivered };
}

async function deliver(order: Order, shard: ShardRange, dependencies: CreateOrderDependencies): Promise<Delivered> {
  const { receipts, events, log } = dependencies;
  const event: OrderCreated = orderCreated(order, shard);
  const [receiptStored, eventPublished] = await Promise.all([
    attempt('storing the receipt', order, log, () => receipts.put(receiptKey(order), receiptText(order, shard))),
    attempt('publishing the event', order, log, () => events.publish(event)),
  ]);
  return { receipt: receiptStored, event: eventPublished };
}

/** Whether a step after the insert succeeded. A failure is logged and no more: the outbox still knows the step. */
async function attempt(step: string, order: Order, log: Log, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    log.warn(`${step} failed; it stays in the outbox`, { orderId: order.id, error });
    return false;
  }
}
