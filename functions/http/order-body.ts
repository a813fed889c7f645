import type { FoundOrderBody, OrderBody } from '../contract/http/responses.ts';
import { type Order, receiptKey } from '../domain/order.ts';
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
export function locatedOrder(order: Order, shard: ShardRange): FoundOrderBody {
  return {
    order: toOrderBody(order),
    shard: shardName(shard),
    shard_info: describeShard(shard),
    receipt: receiptKey(order),
  };
}
