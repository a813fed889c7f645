/** Users whose id starts with a letter from `from` to `to` are on shard `id`. */
export interface ShardRange {
  /** From 1 to 26. */
  readonly id: number;
  /** An upper-case letter. */
  readonly from: string;
  /** An upper-case letter, inclusive. */
  readonly to: string;
}

export class ShardMapError extends Error {
  override name = 'ShardMapError';
}

export const DEFAULT_SHARD_MAP: readonly ShardRange[] = [
  { id: 1, from: 'A', to: 'M' },
  { id: 2, from: 'N', to: 'Z' },
];

/** Per execution environment, which works on one event at a time. infra computes the total that a shard must bear. */
export const CONNECTIONS_PER_SHARD = 1;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** In responses, events and secrets. */
export function shardName(shard: Pick<ShardRange, 'id'>): string {
  return `shard${shard.id}`;
}

/** The name of the shard's Postgres database: `orders_shard<N>`. */
export function shardDatabase(shard: ShardRange): string {
  return `orders_shard${shard.id}`;
}

/** For responses, e.g. `shard1 (A-M)`. */
export function describeShard(shard: ShardRange): string {
  return `${shardName(shard)} (${shard.from}-${shard.to})`;
}

/** Checks that ids are 1..n, at most 26, and that each letter belongs to exactly one shard. @throws ShardMapError */
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

/** The shard of a user, by the first letter of the id in either case. @throws ShardMapError when it is none of A-Z */
export function shardFor<Shard extends ShardRange>(shards: readonly Shard[], userId: string): Shard {
  // Tested before conversion: other letters, such as the long s, become A-Z in upper case.
  const letter = /^[A-Za-z]/.exec(userId)?.[0].toUpperCase();
  const shard = shards.find(({ from, to }) => letter !== undefined && from <= letter && letter <= to);
  if (shard === undefined) {
    throw new ShardMapError(`No shard owns the user "${userId}": a user id starts with a letter (A-Z or a-z).`);
  }
  return shard;
}
