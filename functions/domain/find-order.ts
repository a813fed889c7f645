import { type Caller, mayRead, readsOnly } from './caller.ts';
import { OrderNotFoundError } from './errors.ts';
import type { FoundOrder, OrderFinder } from './ports.ts';
import { nextMap, placesFor, type ShardRange } from './shard-map.ts';

export interface FindOrderDependencies {
  readonly shards: readonly ShardRange[];
  readonly orders: OrderFinder;
}

export interface LocatedOrder extends FoundOrder {
  readonly shard: ShardRange;
}

/**
 * Asks the caller's own shard, or both while the caller moves, or all in parallel: an id does not tell its shard.
 *
 * @throws OrderNotFoundError also for an order that the caller may not read
 * @throws ShardUnavailableError when it may be in a shard that does not respond
 */
export async function findOrder(
  id: string,
  caller: Caller,
  dependencies: FindOrderDependencies,
): Promise<LocatedOrder> {
  const { shards } = dependencies;
  const userId = readsOnly(caller);
  const asked = userId === undefined ? shards : placesFor(shards, userId);
  const found = await search(id, caller, asked, dependencies);
  // An order that has left one shard before it was asked may have arrived at another after that was.
  const again = found === undefined && asked.length > 1 && nextMap(shards) !== undefined;
  const order = again ? await search(id, caller, asked, dependencies) : found;
  if (order === undefined) throw new OrderNotFoundError();
  return order;
}

/** @returns undefined when no shard has it, or the caller may not read it */
async function search(
  id: string,
  caller: Caller,
  asked: readonly ShardRange[],
  { orders }: FindOrderDependencies,
): Promise<LocatedOrder | undefined> {
  const searches = asked.map(async (shard) => {
    const found = await orders.find(shard, id);
    if (found === undefined || !mayRead(caller, found.order.userId)) throw new OrderNotFoundError();
    return { ...found, shard };
  });
  try {
    return await Promise.any(searches);
  } catch (error) {
    const failures: unknown[] = error instanceof AggregateError ? error.errors : [error];
    const failure = failures.find((each) => !(each instanceof OrderNotFoundError));
    if (failure !== undefined) throw failure;
    return undefined;
  }
}
