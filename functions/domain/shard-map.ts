/** One entry of the shard map: the users whose id starts with a letter in `from`..`to` live on shard `id`. */
export interface ShardRange {
  /** The shard's number, 1..26. Shard N is called `shard<N>`; its database is `orders_shard<N>`. */
  readonly id: number;
  /** First letter of the range, upper case. */
  readonly from: string;
  /** Last letter of the range, upper case, inclusive. */
  readonly to: string;
}

/** Thrown for a shard map that does not assign every letter A-Z to exactly one shard. */
export class ShardMapError extends Error {
  override name = 'ShardMapError';
}

/** The map used unless a stage configures another one. */
export const DEFAULT_SHARD_MAP: readonly ShardRange[] = [
  { id: 1, from: 'A', to: 'M' },
  { id: 2, from: 'N', to: 'Z' },
];

/**
 * Connections that an execution environment may hold to a shard. It works on one event at a time, so one is enough. A shard
 * must bear this number times the environments of all functions, which infra computes.
 */
export const CONNECTIONS_PER_SHARD = 1;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The shard's name in answers, events and secrets: `shard<N>`. */
export function shardName(shard: Pick<ShardRange, 'id'>): string {
  return `shard${shard.id}`;
}

/** The shard's Postgres database: `orders_shard<N>`. */
export function shardDatabase(shard: ShardRange): string {
  return `orders_shard${shard.id}`;
}

/** What an answer tells about the shard, e.g. `shard1 (A-M)`. */
export function describeShard(shard: ShardRange): string {
  return `${shardName(shard)} (${shard.from}-${shard.to})`;
}

/**
 * Checks that a shard map has 1..26 shards, numbered from 1 without gaps, and covers A-Z exactly once.
 *
 * @returns the same map
 * @throws ShardMapError naming the first thing that is wrong
 */
export function checkShardMap<Shard extends ShardRange>(shards: readonly Shard[]): readonly Shard[] {
  const ids = shards.map((shard) => shard.id).sort((a, b) => a - b);
  if (ids.length === 0 || ids.some((id, index) => id !== index + 1)) {
    throw new ShardMapError(`Shard ids must be 1..${Math.max(shards.length, 1)}, each once; got [${ids.join(', ')}].`);
  }
  for (const { id, from, to } of shards) {
    if (from.length !== 1 || to.length !== 1 || !LETTERS.includes(from) || !LETTERS.includes(to) || from > to) {
      throw new ShardMapError(`Shard ${id} must name a range of capital letters such as A-M; got "${from}-${to}".`);
    }
  }
  for (const letter of LETTERS) {
    const owners = shards.filter(({ from, to }) => from <= letter && letter <= to);
    if (owners.length !== 1) {
      const named = owners.map(shardName).join(' and ') || 'no shard';
      throw new ShardMapError(`Every letter needs exactly one shard, but ${letter} belongs to ${named}.`);
    }
  }
  return shards;
}

/**
 * The shard that owns a user: by the first letter of the user id, upper or lower case.
 *
 * @throws ShardMapError when the id does not start with a letter A-Z (callers validate user ids first)
 */
export function shardFor<Shard extends ShardRange>(shards: readonly Shard[], userId: string): Shard {
  // Tested before it is made upper case: other letters, such as the long s, become one of A-Z thereby.
  const letter = /^[A-Za-z]/.exec(userId)?.[0].toUpperCase();
  const shard = shards.find(({ from, to }) => letter !== undefined && from <= letter && letter <= to);
  if (shard === undefined) {
    throw new ShardMapError(`No shard owns the user "${userId}": a user id starts with a letter A-Z.`);
  }
  return shard;
}
