import { exactNumber } from './json.ts';
import { type Cents, formatMoney } from './money.ts';
import { type Order, type OrderStatus, orderTotal } from './order.ts';
import type { ShardRange } from './shard-map.ts';

/** The type of the event in its value and in its CloudEvents header. */
export const ORDER_CREATED = 'order.created';

/** An order was stored. */
export interface OrderCreated {
  readonly orderId: string;
  readonly userId: string;
  readonly productName: string;
  readonly quantity: number;
  readonly total: Cents;
  readonly status: OrderStatus;
  /** The number of the shard that holds the order. */
  readonly shard: number;
  readonly timestamp: Date;
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

/** The event's value on the topic `orders`: JSON in the field names that consumers rely on, the total in exact digits. */
export function encodeOrderCreated(event: OrderCreated): string {
  return JSON.stringify({
    event_type: ORDER_CREATED,
    order_id: event.orderId,
    user_id: event.userId,
    product_name: event.productName,
    quantity: event.quantity,
    total: exactNumber(formatMoney(event.total)),
    status: event.status,
    shard: event.shard,
    timestamp: event.timestamp.toISOString(),
  });
}
