import { nextMap, presentMap, type ShardRange } from './shard-map.ts';
import { includes } from './user-range.ts';

/** Users of one key, as `keyOf` gives it: no map separates them. */
export interface StoredKey {
  readonly key: string;
  readonly users: number;
  readonly orders: number;
}

/** What a shard holds. */
export interface StoredShard {
  readonly id: number;
  /** What its database takes on disk. */
  readonly bytes: number;
  readonly keys: readonly StoredKey[];
}

export interface Amount {
  readonly users: number;
  readonly orders: number;
  readonly bytes: number;
}

/** What moves from one shard to another. */
export interface Flow extends Amount {
  readonly from: number;
  readonly to: number;
}

export interface PlannedShard {
  readonly shard: ShardRange;
  readonly before: Amount;
  readonly after: Amount;
}

export interface Plan {
  /** In the order of the map. */
  readonly shards: readonly PlannedShard[];
  readonly flows: readonly Flow[];
  readonly moving: Amount;
  readonly total: Amount;
  /** Ids of shards that the next map adds, and of those that it leaves without users. */
  readonly added: readonly number[];
  readonly emptied: readonly number[];
}

const NOTHING: Amount = { users: 0, orders: 0, bytes: 0 };

/**
 * What becomes of the stored orders when users move to the next map. An order takes as many bytes as the shard that has it needs
 * for one on average.
 *
 * @param shards a map with a next one beside it
 * @param stored what the shards hold that there are
 */
export function planOf(shards: readonly ShardRange[], stored: readonly StoredShard[]): Plan {
  const [present, next] = [presentMap(shards), nextMap(shards) ?? []];
  const amounts = stored.flatMap(({ id, bytes, keys }) => {
    const orders = keys.reduce((sum, each) => sum + each.orders, 0);
    return keys.map((each) => ({
      from: id,
      to: next.find((range) => includes(range, each.key))?.id ?? id,
      users: each.users,
      orders: each.orders,
      bytes: orders === 0 ? 0 : (bytes * each.orders) / orders,
    }));
  });
  const moving = amounts.filter(({ from, to }) => from !== to);
  const pairs = Map.groupBy(moving, ({ from, to }) => `${from} ${to}`);
  const isIn = (map: readonly ShardRange[], { id }: ShardRange) => map.some((each) => each.id === id);
  return {
    shards: shards.map((shard) => ({
      shard,
      before: sumOf(amounts.filter(({ from }) => from === shard.id)),
      after: sumOf(amounts.filter(({ to }) => to === shard.id)),
    })),
    flows: [...pairs.values()].map((flow) => ({ from: flow[0]?.from ?? 0, to: flow[0]?.to ?? 0, ...sumOf(flow) })),
    moving: sumOf(moving),
    total: sumOf(amounts),
    added: shards.filter((shard) => !isIn(present, shard)).map(({ id }) => id),
    emptied: shards.filter((shard) => !isIn(next, shard)).map(({ id }) => id),
  };
}

function sumOf(amounts: readonly Amount[]): Amount {
  return amounts.reduce(
    (sum, { users, orders, bytes }) => ({
      users: sum.users + users,
      orders: sum.orders + orders,
      bytes: sum.bytes + bytes,
    }),
    NOTHING,
  );
}
