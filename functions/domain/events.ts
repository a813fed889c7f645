import { type Cents, formatMoney } from './money.ts';
import { type Order, type OrderStatus, orderTotal } from './order.ts';
import type { ShardRange } from './shard-map.ts';

/** Something that happened to an order. */
export interface OrderEvent {
  readonly orderId: string;
  readonly userId: string;
  /** The number of the shard that holds the order. */
  readonly shard: number;
  readonly timestamp: Date;
}

/** An order was stored. */
export interface OrderCreated extends OrderEvent {
  readonly productName: string;
  readonly quantity: number;
  readonly total: Cents;
  readonly status: OrderStatus;
}

/** An order was processed and its customer told so. */
export interface OrderConfirmed extends OrderEvent {
  /** What the customer is told. */
  readonly message: string;
}

/** The event of a stored order. */
export function orderCreated(order: Order, shard: ShardRange): OrderCreated {
  return {
    orderId: order.id,
    userId: order.userId,
    productName: order.productName,
    quantity: order.quantity,
    total: orderTotal(order),
    status: order.status,
    shard: shard.id,
    timestamp: order.createdAt,
  };
}

/** Processes a stored order: what its customer is told and its shard has to know. */
export function confirm(order: OrderCreated, now: Date): OrderConfirmed {
  const items = `${order.quantity} x ${order.productName} (Total: $${formatMoney(order.total)})`;
  return {
    orderId: order.orderId,
    userId: order.userId,
    shard: order.shard,
    message: `Dear ${order.userId}, your order for ${items} has been confirmed! Order ID: ${order.orderId}`,
    timestamp: now,
  };
}
