import { type Cents, formatDollars } from './money.ts';
import { type Order, type OrderStatus, orderTotal } from './order.ts';
import { productLine } from './product-name.ts';
import type { ShardRange } from './shard-map.ts';

export interface OrderEvent {
  readonly orderId: string;
  readonly userId: string;
  readonly shard: number;
  readonly timestamp: Date;
}

export interface OrderCreated extends OrderEvent {
  readonly productName: string;
  readonly quantity: number;
  readonly total: Cents;
  readonly status: OrderStatus;
}

export interface OrderConfirmed extends OrderEvent {
  /** For the customer. */
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

/** Confirms a stored order, to its customer and to its shard. */
export function confirm(order: OrderCreated, now: Date): OrderConfirmed {
  const items = `${order.quantity} x ${productLine(order.productName)} (Total: ${formatDollars(order.total)})`;
  return {
    orderId: order.orderId,
    userId: order.userId,
    shard: order.shard,
    message: `Dear ${order.userId}, your order for ${items} has been confirmed! Order ID: ${order.orderId}`,
    timestamp: now,
  };
}
