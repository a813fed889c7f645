import type { DeliveryBody, LocatedOrderBody, OrderBody, OrderPageBody } from '../contract/http/responses.ts';
import { type Order, receiptKey } from '../domain/order.ts';
import type { OrderList, OrderPage } from '../domain/order-lists.ts';
import { encodeCursor } from '../domain/order-page.ts';
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

/** Orders without what leads on; undefined is an empty list. */
export function toListBody(list: OrderList | undefined): OrderPageBody {
  const orders = list?.orders ?? [];
  return { orders: orders.map(toOrderBody), count: orders.length, ...missingShards(list?.unavailableShards ?? []) };
}

/** One page of a list; undefined is an empty list. */
export function toPageBody(page: OrderPage | undefined): OrderPageBody {
  const next = page?.next;
  return { ...toListBody(page), ...(next === undefined ? {} : { next_cursor: encodeCursor(next) }) };
}

/** Says which shards are missing from a response, if any. */
export function missingShards(names: readonly string[]): { partial?: true; unavailable_shards?: string[] } {
  return names.length === 0 ? {} : { partial: true, unavailable_shards: [...names] };
}
