import { includes, isPrefix, keyOf, mayInclude, successor, type UserRange } from './user-range.ts';

/** A shard of one map, with the users that it owns. */
export interface OwningShard extends UserRange {
  /** From 1 to 26. */
  readonly id: number;
}

/**
 * A shard of the present map, of the next one, or of both. A list of them is a shard map: the present one, with the next one
 * beside it while users move.
 */
export interface ShardRange {
  /** From 1 to 26. */
  readonly id: number;
  /** In the present map, with `to`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** `from` and `to` in the next map. */
  readonly next?: readonly [from: string, to: string] | undefined;
}

export class ShardMapError extends Error {
  override name = 'ShardMapError';
}

export const DEFAULT_SHARD_MAP: readonly OwningShard[] = [
  { id: 1, from: 'A', to: 'M' },
  { id: 2, from: 'N', to: 'Z' },
];

/** Per execution environment, which works on one event at a time. infra computes the total that a shard must bear. */
export const CONNECTIONS_PER_SHARD = 1;

/** Each has a partition of confirmations. */
export const MOST_SHARDS = 26;

/** In responses, events and secrets. */
export function shardName(shard: Pick<ShardRange, 'id'>): string {
  return `shard${shard.id}`;
}

/** The name of the shard's Postgres database: `orders_shard<N>`. */
export function shardDatabase(shard: ShardRange): string {
  return `orders_shard${shard.id}`;
}

/** What a shard owns by the present map, or by the next one where the present one has no such shard. */
export function shownRange(shard: ShardRange): UserRange {
  return rangeOf(shard) ?? nextRangeOf(shard) ?? { from: '', to: '' };
}

/** For responses, e.g. `shard1 (A-M)`, by {@link shownRange}. */
export function describeShard(shard: ShardRange): string {
  const { from, to } = shownRange(shard);
  return `${shardName(shard)} (${from}-${to})`;
}

/** A shard as {@link describeShard} described it. @throws ShardMapError */
export function readShardDescription(text: string): ShardRange {
  const [, id, from, to] = /^shard(\d+) \(([A-Z].{0,2})-([A-Z].{0,2})\)$/.exec(text) ?? [];
  if (id === undefined) throw new ShardMapError(`"${text}" describes no shard.`);
  return { id: Number(id), from, to };
}

/** The shards that own users now. */
export function presentMap<Shard extends ShardRange>(shards: readonly Shard[]): (Shard & OwningShard)[] {
  return shards.flatMap((shard) => withRange(shard, rangeOf(shard)));
}

/** The shards that own users after the move, with their ranges of then; undefined without a next map. */
export function nextMap<Shard extends ShardRange>(shards: readonly Shard[]): (Shard & OwningShard)[] | undefined {
  const next = shards.flatMap((shard) => withRange(shard, nextRangeOf(shard)));
  return next.length === 0 ? undefined : next;
}

/** The map that has both, in the order of the present one. @param next undefined for none */
export function joinMaps(present: readonly OwningShard[], next: readonly OwningShard[] | undefined): ShardRange[] {
  const added = next?.filter(({ id }) => present.every((shard) => shard.id !== id)) ?? [];
  return [...present, ...added.map(({ id }) => ({ id }))].map((shard) => {
    const range = next?.find(({ id }) => id === shard.id);
    return range === undefined ? shard : { ...shard, next: [range.from, range.to] as const };
  });
}

/**
 * Checks that ids are different numbers from 1 to 26, and that each user belongs to exactly one shard of each map.
 *
 * @throws ShardMapError
 */
export function checkShardMap<Shard extends ShardRange>(shards: readonly Shard[]): readonly Shard[] {
  const ids = shards.map((shard) => shard.id).sort((a, b) => a - b);
  if (ids.length === 0 || ids.some((id, index) => !(id >= 1 && id <= MOST_SHARDS) || id === ids[index - 1])) {
    throw new ShardMapError(`Shard ids must be 1 to ${MOST_SHARDS}, each at most once; got [${ids.join(', ')}].`);
  }
  for (const shard of shards) {
    const ranges = [rangeOf(shard), nextRangeOf(shard)].filter((range) => range !== undefined);
    if (ranges.length === 0) throw new ShardMapError(`Shard ${shard.id} owns no users, neither now nor next.`);
    for (const range of ranges) checkRange(shard.id, range);
  }
  checkCover(presentMap(shards), '');
  const next = nextMap(shards);
  if (next !== undefined) checkCover(next, 'In the next map, ');
  return shards;
}

/** The shard that owns a user by the present map. @throws ShardMapError when the id does not start with a letter */
export function shardFor<Shard extends ShardRange>(shards: readonly Shard[], userId: string): Shard {
  const key = demandKey(userId);
  const shard = shards.find((each) => owns(rangeOf(each), key));
  if (shard === undefined) throw noOwner(userId);
  return shard;
}

/**
 * Where a user's orders may be: at the present owner, which is first, and, if that is another, at the next one, with its range of
 * then.
 *
 * @throws ShardMapError when the id does not start with a letter
 */
export function placesFor<Shard extends ShardRange>(shards: readonly Shard[], userId: string): readonly Shard[] {
  const key = demandKey(userId);
  const present = shardFor(shards, userId);
  const next = nextMap(shards)?.find((each) => owns(each, key));
  return next === undefined || next.id === present.id ? [present] : [present, next];
}

/** Where the orders of users may be whose ids begin so, in either case. @throws ShardMapError when no id begins so */
export function placesForPrefix<Shard extends ShardRange>(shards: readonly Shard[], prefix: string): readonly Shard[] {
  demandKey(prefix);
  return shards.filter((shard) =>
    [rangeOf(shard), nextRangeOf(shard)].some((range) => range !== undefined && mayInclude(range, prefix)),
  );
}

/** What a shard owns in the present map; undefined if nothing. */
export function rangeOf({ from, to }: ShardRange): UserRange | undefined {
  return from === undefined && to === undefined ? undefined : { from: from ?? '', to: to ?? '' };
}

function nextRangeOf({ next }: ShardRange): UserRange | undefined {
  return next && { from: next[0], to: next[1] };
}

function withRange<Shard extends ShardRange>(shard: Shard, range: UserRange | undefined): (Shard & OwningShard)[] {
  return range === undefined ? [] : [{ ...shard, ...range }];
}

function owns(range: UserRange | undefined, key: string): boolean {
  return range !== undefined && includes(range, key);
}

function demandKey(userId: string): string {
  const key = keyOf(userId);
  if (key === undefined) throw noOwner(userId);
  return key;
}

function noOwner(userId: string): ShardMapError {
  return new ShardMapError(`No shard owns the user "${userId}": a user id starts with a letter (A-Z or a-z).`);
}

function checkRange(id: number, { from, to }: UserRange): void {
  if (isPrefix(from) && isPrefix(to) && from <= to) return;
  throw new ShardMapError(
    `Shard ${id} must name a range such as A-M or N-SM, of one to three of A-Z, 0-9, "-", "." and "_" after a letter; ` +
      `got "${from}-${to}".`,
  );
}

function checkCover(map: readonly OwningShard[], where: string): void {
  let [expected, before]: [string | undefined, OwningShard | undefined] = ['A', undefined];
  const fail = (key: string, owners: string) =>
    new ShardMapError(
      `${where}${where === '' ? 'E' : 'e'}very user needs exactly one shard, but those from ${key} on belong to ${owners}.`,
    );
  for (const shard of map.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    if (expected !== undefined && shard.from > expected) throw fail(expected, 'no shard');
    if (before !== undefined && shard.from !== expected) {
      throw fail(shard.from, `${shardName(before)} and ${shardName(shard)}`);
    }
    [expected, before] = [successor(shard.to), shard];
  }
  if (expected !== undefined) throw fail(expected, 'no shard');
}
