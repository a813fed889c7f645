import { type Caller, mayRead, readsOnly } from './caller.ts';
import { OrderNotFoundError } from './errors.ts';
import type { FoundOrder, OrderFinder } from './ports.ts';
import { type ShardRange, shardFor } from './shard-map.ts';

export interface FindOrderDependencies {
  readonly shards: readonly ShardRange[];
  readonly orders: OrderFinder;
}

/** An order with the shard that keeps it. */
export interface LocatedOrder extends FoundOrder {
  readonly shard: ShardRange;
}

/**
 * Finds an order by its id, which does not tell its shard: a user's own shard is asked alone, otherwise all side by side.
 *
 * @throws OrderNotFoundError when there is none, and just the same when it is none of the caller's
 * @throws ShardUnavailableError when it may be in a shard that does not answer
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
