import type { ShardRange } from '../domain/shard-map.ts';
import type { StoredShard } from '../domain/shard-plan.ts';

/** How the orders of a shard are distributed. */
export interface StoredOrders {
  /** @throws ShardUnavailableError */
  read(shard: ShardRange): Promise<StoredShard>;
}

/** What a plan is made of. */
export interface PlanData {
  /** The maps that the deployment has. */
  readonly shards: readonly ShardRange[];
  readonly stored: readonly StoredShard[];
}

/**
 * What each shard stores, by the beginning of the users' ids. There are 40,586 beginnings, each in two shards at most: less than 4 MB of
 * the 6 MB that a response may have (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 *
 * @throws ShardUnavailableError when a shard does not respond
 */
export async function planData({
  shards,
  stored,
}: {
  readonly shards: readonly ShardRange[];
  readonly stored: StoredOrders;
}): Promise<PlanData> {
  return {
    shards: shards.map(({ id, from, to, next }) => ({ id, from, to, next })),
    stored: await Promise.all(shards.map((shard) => stored.read(shard))),
  };
}
