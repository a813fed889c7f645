import { type MetricFields, type Metrics, type MetricValues, secondsSince } from '../contract/metrics.ts';
import { REQUEST_DELIVERY_SECONDS } from '../domain/delivery-timing.ts';
import { IdempotencyKeyReusedError } from '../domain/errors.ts';
import { orderCreated } from '../domain/events.ts';
import { centsToNumber } from '../domain/money.ts';
import { isSameRequest, type Order, type OrderRequest, orderTotal, receiptKey } from '../domain/order.ts';
import type { Delivered, EventPublisher, Log, OrderWriter, Placement, ReceiptStore } from '../domain/ports.ts';
import { receiptText } from '../domain/receipt.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import type { UsersPlace } from '../domain/users-place.ts';

export interface CreateOrderDependencies {
  readonly places: UsersPlace;
  readonly orders: OrderWriter;
  readonly receipts: ReceiptStore;
  readonly events: Pick<EventPublisher, 'publish'>;
  /** A UUIDv7. */
  readonly newId: () => string;
  readonly now: () => Date;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface CreatedOrder {
  readonly order: Order;
  /** Where it was placed. */
  readonly shard: ShardRange;
  readonly delivered: Delivered;
  readonly replayed: boolean;
}

/**
 * Stores an order in the shard that has its user, then delivers its receipt and event in parallel. The order stands once it is stored; the
 * relay delivers what fails here. A request repeated with its key gets its order again, and completes its delivery.
 *
 * @throws ShardUnavailableError when the order could not be stored
 * @throws IdempotencyKeyReusedError when the key belongs to an order with other content
 */
export async function createOrder(
  request: OrderRequest,
  idempotencyKey: string | undefined,
  dependencies: CreateOrderDependencies,
): Promise<CreatedOrder> {
  const { places, orders, newId, now, metrics, log } = dependencies;
  const createdAt = now();
  const order = { ...request, id: newId(), status: 'created' as const, createdAt, updatedAt: createdAt };

  const placing = places.at(request.userId, (shard) => orders.place(shard, order, idempotencyKey));
  const placement = await placing.catch((error: unknown) => {
    // The reason is logged with the response; this is for whoever comes across the order later.
    log.warn('the order may or may not have been stored', aboutOrder(order, places.firstFor(order.userId)));
    throw error;
  });
  const { replayed, placedIn: shard } = placement;
  if (replayed && !isSameRequest(placement.order, request)) throw new IdempotencyKeyReusedError();
  const delivered = await completeDelivery(placement, dependencies);

  metrics.record(replayed ? 'order found by its key' : 'order created', metricsOf(placement, delivered, now()), {
    ...aboutOrder(placement.order, shard),
    delivered,
  });
  return { order: placement.order, shard, delivered, replayed };
}

/** A replay is not another order, though it may be the first to publish the event. */
function metricsOf({ order, replayed, delivered: before }: Placement, delivered: Delivered, now: Date): MetricValues {
  return {
    ...(replayed ? {} : { OrdersCreated: 1, Revenue: centsToNumber(orderTotal(order)) }),
    ...(delivered.event && !before.event ? { DeliveryLagSeconds: secondsSince(order.createdAt, now) } : {}),
  };
}

function aboutOrder(order: Order, shard: ShardRange): MetricFields {
  return { orderId: order.id, shard: shardName(shard) };
}

async function completeDelivery(
  placement: Placement,
  { places, orders, receipts, events, log }: CreateOrderDependencies,
): Promise<Delivered> {
  const { order, placedIn, delivered, eventMustWait } = placement;
  const complete = delivered.receipt && delivered.event;
  const underWay = placement.replayed && placement.outstandingMs <= REQUEST_DELIVERY_SECONDS * 1_000;
  if (complete || underWay) return delivered;

  /** A failure is only logged: the outbox still has the step. */
  const attempt = async <T>(step: string, work: () => Promise<T>): Promise<Done<T> | undefined> => {
    try {
      const result = await work();
      return { result, at: performance.now() };
    } catch (error) {
      log.warn(`${step} failed; it stays in the outbox`, { ...aboutOrder(order, placedIn), error });
      return undefined;
    }
  };

  const [receipt, event] = await Promise.all([
    delivered.receipt
      ? undefined
      : attempt('storing the receipt', () => receipts.put(receiptKey(order), receiptText(order, placedIn))),
    delivered.event || eventMustWait
      ? undefined
      : attempt('publishing the event', () => events.publish(orderCreated(order, placedIn))),
  ]);
  const after = { receipt: delivered.receipt || receipt !== undefined, event: delivered.event || event !== undefined };
  const just = { receiptAgeMs: ageOf(receipt), eventAgeMs: ageOf(event), position: event?.result };
  await attempt('settling the outbox', () =>
    places.at(order.userId, (shard) => orders.settle(shard, order.id, after, just)),
  );
  return after;
}

interface Done<T> {
  readonly result: T;
  /** By the monotonic clock. */
  readonly at: number;
}

function ageOf(done: Done<unknown> | undefined): number | undefined {
  return done && performance.now() - done.at;
}
