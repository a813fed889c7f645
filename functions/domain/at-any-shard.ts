import type { ShardRange } from './shard-map.ts';

/**
 * Does `work` for items where they should be, then for those that are not there at the other shards: their users may have moved.
 * All shards are asked twice at most, because a user who moves back meanwhile is met nowhere in a single round.
 *
 * @param expected the id of the shard where they should be, which may be one that is not known yet or no longer
 * @param work returns the items that the shard does not have
 * @returns the items that no shard has
 * @throws what `work` throws
 */
export async function atAnyShard<Item>(
  expected: number,
  shards: readonly ShardRange[],
  items: readonly Item[],
  work: (shard: ShardRange, items: readonly Item[]) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const round = shards.toSorted((one, other) => Number(other.id === expected) - Number(one.id === expected));
  let left = items;
  for (const shard of [...round, ...round]) {
    if (left.length === 0) break;
    left = await work(shard, left);
  }
  return left;
}
