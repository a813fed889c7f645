import type { DeliveryBody, LocatedOrderBody, OrderBody } from '../contract/http/responses.ts';
import { type Order, receiptKey } from '../domain/order.ts';
import type { Delivered } from '../domain/ports.ts';
import { describeShard, type ShardRange, shardName } from '../domain/shard-map.ts';

/** The order as every response shows it. */
export function toOrderBody(order: Order): OrderBody {
  return {
    id: order.id,
    user_id: order.userId,
    product_name: order.productName,
    quantity: order.quantity,
    price: Number(order.price) / 100,
    status: order.status,
    receipt_s3_key: receiptKey(order),
    created_at: order.createdAt.toISOString(),
    updated_at: order.updatedAt.toISOString(),
  };
}

/** The order together with where it and its receipt are kept. */
export function locatedOrder(order: Order, shard: ShardRange): LocatedOrderBody {
  return {
    order: toOrderBody(order),
    shard: shardName(shard),
    shard_info: describeShard(shard),
    receipt: receiptKey(order),
  };
}

/** What of an order is delivered, in the words of the API. */
export function toDeliveryBody({ receipt, event }: Delivered): DeliveryBody {
  return { receipt: receipt ? 'stored' : 'pending', event: event ? 'published' : 'pending' };
}
