import { askShards } from '../domain/ask-shards.ts';
import type { Order } from '../domain/order.ts';
import { mergePages, type OrderPosition, type OrderQuery } from '../domain/order-page.ts';
import type { Log, OrderReader } from '../domain/ports.ts';
import { type ShardRange, shardFor } from '../domain/shard-map.ts';

export interface ListOrdersDependencies {
  readonly shards: readonly ShardRange[];
  readonly orders: OrderReader;
  readonly log: Log;
}

export interface OrderPage {
  /** Newest first, across all shards that responded. */
  readonly orders: readonly Order[];
  /** Undefined on the last page. */
  readonly next: OrderPosition | undefined;
  /** Shards whose orders are missing. */
  readonly unavailableShards: readonly string[];
}

/** @throws ShardUnavailableError when no shard that was asked responds: for one user, that user's own */
export async function listOrders(query: OrderQuery, dependencies: ListOrdersDependencies): Promise<OrderPage> {
  const { shards, orders, log } = dependencies;
  const asked = query.userId === undefined ? shards : [shardFor(shards, query.userId)];
  const oneMore = { ...query, limit: query.limit + 1 };
  const { answers, unavailableShards } = await askShards(asked, (shard) => orders.list(shard, oneMore), log);
  const page = mergePages(
    answers.map(({ answer }) => answer),
    query.limit,
  );
  return { orders: page.orders, next: page.more ? page.orders.at(-1) : undefined, unavailableShards };
}
