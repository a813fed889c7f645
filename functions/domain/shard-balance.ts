import { MOST_SHARDS, type OwningShard, ShardMapError } from './shard-map.ts';
import type { StoredKey } from './shard-plan.ts';
import { closed, includes, predecessor, type UserRange } from './user-range.ts';

/** A bound may be so far from where it would be exactly even, in parts of a shard, if it is shorter there or a bound already. */
const TOLERANCE = 0.05;

/** Where a map may have a bound: the first key of a range, and what lies before it. */
interface Cut {
  readonly from: string;
  readonly ordersBefore: number;
}

/**
 * A map of so many shards that each have about as many of the stored orders. Bounds that there are already stay where they are even
 * enough, others are as short as they can be; a range keeps the shard that has most of its orders, and new shards get the lowest
 * ids that are free.
 *
 * @param count how many shards
 * @param present the present map
 * @param keys what is stored, in all shards
 * @throws ShardMapError when the stored orders cannot be divided so often
 */
export function balance(count: number, present: readonly OwningShard[], keys: readonly StoredKey[]): OwningShard[] {
  const sorted = ordersByKey(keys);
  const bounds = new Set(present.map(({ from }) => from));
  const cuts = cutsBetween(sorted, bounds);
  if (!(count >= 1 && count <= MOST_SHARDS) || cuts.length < count - 1) {
    throw new ShardMapError(
      `The stored orders cannot be divided among ${count} shards: it must be 1 to ${MOST_SHARDS}, and no more than there are ` +
        `different beginnings of user ids, of which there are ${cuts.length + 1}.`,
    );
  }
  const starts = chooseStarts(count, cuts, total(sorted), bounds);
  const ranges = starts.map((from, index) => closed({ from, before: starts[index + 1] }));
  return withIds(ranges, present, sorted);
}

type Weight = readonly [key: string, orders: number];

function ordersByKey(keys: readonly StoredKey[]): Weight[] {
  const sums = new Map<string, number>();
  for (const { key, orders } of keys) sums.set(key, (sums.get(key) ?? 0) + orders);
  return [...sums].sort(([one], [other]) => (one < other ? -1 : 1));
}

function total(weights: readonly Weight[]): number {
  return weights.reduce((sum, [, orders]) => sum + orders, 0);
}

/** One between any two keys that a bound can separate: one that there is already, or the shortest. */
function cutsBetween(sorted: readonly Weight[], present: ReadonlySet<string>): Cut[] {
  let ordersBefore = 0;
  return sorted.flatMap(([key], index) => {
    const [before, orders] = sorted[index - 1] ?? ['', 0];
    ordersBefore += orders;
    if (before === '') return [];
    const prefixes = [1, 2, 3].slice(0, key.length).map((length) => key.slice(0, length));
    const from =
      [...present].find((bound) => before < bound && bound <= key) ??
      prefixes.find((prefix) => prefix > before && predecessor(prefix) !== undefined);
    return from === undefined ? [] : [{ from, ordersBefore }];
  });
}

/** From left to right, each where the rest is then even. */
function chooseStarts(count: number, cuts: readonly Cut[], orders: number, present: ReadonlySet<string>): string[] {
  const starts = ['A'];
  let [used, done] = [0, 0];
  for (let left = count; left > 1; left--) {
    const share = (orders - done) / left;
    const distance = ({ ordersBefore }: Cut) => Math.abs(ordersBefore - done - share);
    // As many must remain as there are bounds to come.
    const open = cuts.slice(used, cuts.length - left + 2);
    const rank = (cut: Cut): number[] => [
      Math.max(distance(cut), TOLERANCE * share),
      present.has(cut.from) ? 0 : cut.from.length,
      distance(cut),
    ];
    const best = open.toSorted((one, other) => compare(rank(one), rank(other)))[0];
    if (best === undefined) break;
    starts.push(best.from);
    used = cuts.indexOf(best) + 1;
    done = best.ordersBefore;
  }
  return starts;
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((value, at) => value !== other[at]);
  return index < 0 ? 0 : (one[index] ?? 0) - (other[index] ?? 0);
}

function withIds(
  ranges: readonly UserRange[],
  present: readonly OwningShard[],
  sorted: readonly Weight[],
): OwningShard[] {
  const pairs = ranges.flatMap((range) =>
    present.map((shard) => ({
      range,
      id: shard.id,
      common: total(sorted.filter(([key]) => includes(range, key) && includes(shard, key))),
    })),
  );
  const ids = new Map<UserRange, number>();
  const free = new Set(Array.from({ length: MOST_SHARDS }, (_, index) => index + 1));
  for (const { range, id } of pairs.sort((one, other) => other.common - one.common)) {
    if (!ids.has(range) && free.delete(id)) ids.set(range, id);
  }
  // Not the id of a shard that loses all users: its database is still there.
  const added = [...free].filter((id) => present.every((shard) => shard.id !== id));
  return ranges.map((range) => ({ id: ids.get(range) ?? added.shift() ?? 0, ...range }));
}
