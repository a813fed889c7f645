import { askShards, askShardsTwice, complete, type ShardAnswers } from './ask-shards.ts';
import type { Order } from './order.ts';
import { mergePages, type OrderFilter, type OrderPosition, type OrderQuery } from './order-page.ts';
import type { Log, OrderReader } from './ports.ts';
import { nextMap, placesFor, placesForPrefix, type ShardRange } from './shard-map.ts';

export interface ListOrdersDependencies {
  readonly shards: readonly ShardRange[];
  readonly orders: OrderReader;
  readonly log: Log;
}

export interface OrderList {
  /** Newest first, across all shards that responded. */
  readonly orders: readonly Order[];
  /** Shards whose orders are missing. */
  readonly unavailableShards: readonly string[];
}

export interface OrderPage extends OrderList {
  /** Undefined on the last page. */
  readonly next: OrderPosition | undefined;
}

export interface ChangedOrders extends OrderList {
  /** From when on to ask the next time. */
  readonly asOf: Date;
  /** Whether more has changed than the limit, or than a shard looks at. */
  readonly truncated: boolean;
}

/** @throws ShardUnavailableError when no shard that was asked responds: for one user, that user's own */
export async function listOrders(query: OrderQuery, dependencies: ListOrdersDependencies): Promise<OrderPage> {
  const { orders } = dependencies;
  const { answers, unavailableShards } = await askForOneMore(query, dependencies, (shard, one) =>
    orders.list(shard, one),
  );
  const page = mergePages(
    answers.map(({ answer }) => answer),
    query.limit,
  );
  return { orders: page.orders, next: page.more ? page.orders.at(-1) : undefined, unavailableShards };
}

/** @throws ShardUnavailableError as {@link listOrders} */
export async function listChanges(
  query: OrderQuery,
  since: Date,
  dependencies: ListOrdersDependencies,
): Promise<ChangedOrders> {
  const { orders } = dependencies;
  const { answers, unavailableShards } = await askForOneMore(query, dependencies, (shard, one) =>
    orders.changes(shard, one, since),
  );
  const changed = mergePages(
    answers.map(({ answer }) => answer.orders),
    query.limit,
  );
  // A shard that does not respond is asked about the same time again.
  const times = unavailableShards.length > 0 ? [since] : answers.map(({ answer }) => answer.asOf);
  return {
    orders: changed.orders,
    asOf: new Date(Math.min(...times.map((time) => time.getTime()))),
    truncated: changed.more || answers.some(({ answer }) => answer.truncated),
    unavailableShards,
  };
}

/** Asks the shards that have such orders for one more than the limit; while their users may move, for what each owns. */
async function askForOneMore<T>(
  query: OrderQuery,
  { shards, log }: ListOrdersDependencies,
  ask: (shard: ShardRange, query: OrderQuery) => Promise<T>,
): Promise<ShardAnswers<T>> {
  const asked = shardsOf(query, shards);
  const oneMore = { ...query, limit: query.limit + 1 };
  if (asked.length === 1 || nextMap(shards) === undefined) return askShards(asked, (shard) => ask(shard, oneMore), log);
  const answers = await askShardsTwice(asked, (shard) => ask(shard, { ...oneMore, ownedOnly: true }), log);
  return query.userId === undefined ? answers : complete(answers);
}

function shardsOf({ userId, userPrefix }: OrderFilter, shards: readonly ShardRange[]): readonly ShardRange[] {
  if (userId !== undefined) return placesFor(shards, userId);
  return userPrefix === undefined ? shards : placesForPrefix(shards, userPrefix);
}
