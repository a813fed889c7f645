import type { OrderCreated } from './events.ts';
import { formatMoney } from './money.ts';

/** The type of the event in its value and in its CloudEvents header. */
export const ORDER_CONFIRMED = 'order.confirmed';

/** An order was processed and the customer told so. */
export interface OrderConfirmed {
  readonly orderId: string;
  readonly userId: string;
  /** The number of the shard that holds the order. */
  readonly shard: number;
  /** What the customer is told. */
  readonly message: string;
  readonly timestamp: Date;
}

/** Processes one stored order: what the customer is told, and what the shard has to know. */
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

/** The event's value on the topic `order-confirmations`. */
export function encodeOrderConfirmed(event: OrderConfirmed): string {
  return JSON.stringify({
    event_type: ORDER_CONFIRMED,
    order_id: event.orderId,
    user_id: event.userId,
    shard: event.shard,
    message: event.message,
    timestamp: event.timestamp.toISOString(),
  });
}
