import { type Caller, mayRead, readsOnly } from './caller.ts';
import { OrderNotFoundError } from './errors.ts';
import type { FoundOrder, OrderFinder } from './ports.ts';
import { type ShardRange, shardFor } from './shard-map.ts';

export interface FindOrderDependencies {
  readonly shards: readonly ShardRange[];
  readonly orders: OrderFinder;
}

export interface LocatedOrder extends FoundOrder {
  readonly shard: ShardRange;
}

/**
 * Asks the caller's own shard, or all in parallel: an id does not tell its shard.
 *
 * @throws OrderNotFoundError also for an order that the caller may not read
 * @throws ShardUnavailableError when it may be in a shard that does not respond
 */
export async function findOrder(
  id: string,
  caller: Caller,
  dependencies: FindOrderDependencies,
): Promise<LocatedOrder> {
  const { shards, orders } = dependencies;
  const userId = readsOnly(caller);
  const asked = userId === undefined ? shards : [shardFor(shards, userId)];
  const searches = asked.map(async (shard) => {
    const found = await orders.find(shard, id);
    if (found === undefined || !mayRead(caller, found.order.userId)) throw new OrderNotFoundError();
    return { ...found, shard };
  });
  try {
    return await Promise.any(searches);
  } catch (error) {
    const failures = error instanceof AggregateError ? error.errors : [error];
    throw failures.find((failure) => !(failure instanceof OrderNotFoundError)) ?? new OrderNotFoundError();
  }
}
