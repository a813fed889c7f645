import { OrderFlowError } from './errors.ts';
import type { OwnedRange, ShardMove } from './moves.ts';
import { nextMap, presentMap, type ShardRange, shardName } from './shard-map.ts';
import { type HalfOpenRange, halfOpen } from './user-range.ts';

/** What a shard knows of the map by which its users were placed, and of moves. */
export interface ShardState extends ShardMove {
  /** The shards of the last deployment; those of an earlier release without their ranges, and none of a new shard. */
  readonly recorded: readonly ShardRange[];
}

export interface AskedShard extends ShardState {
  readonly shard: ShardRange;
}

type Moved = ShardMove & { readonly shard: ShardRange };

export class MissingShardsError extends OrderFlowError {
  override readonly name = 'MissingShardsError';
  readonly code = 'missing_shards';
  readonly retryable = false;
}

export class MovedUsersError extends OrderFlowError {
  override readonly name = 'MovedUsersError';
  readonly code = 'moved_users';
  readonly retryable = false;
}

/**
 * Checks the maps of a deployment against the moves that shards know of.
 *
 * @returns whether users are only where the present map has them: no move is under way, or has made the next map the valid one
 * @throws MovedUsersError when a move, under way or finished, is not one between the maps of the deployment
 */
export function checkMoves(asked: readonly Moved[]): boolean {
  const shards = asked.map(({ shard }) => shard);
  const spans = (map: readonly ShardRange[] | undefined) =>
    new Map(map?.map(({ id, from = '', to = '' }) => [id, spanOf([halfOpen({ from, to })])]));
  const [present, next] = [spans(presentMap(shards)), spans(nextMap(shards))];
  let areAtHome = true;
  for (const { shard, state, ranges } of asked.filter(({ move }) => move > 0)) {
    const [here, then] = [present.get(shard.id) ?? '', next.get(shard.id) ?? ''];
    const span = (...roles: OwnedRange['role'][]) => spanOf(ranges.filter(({ role }) => roles.includes(role)));
    const goes = (one: string, other: string) => span('own', 'out') === one && span('own', 'in') === other;
    if (state === 'finished') {
      const isAtHome = span('own') === here;
      if (!isAtHome && !(next.size > 0 && span('own') === then)) throw otherMap(shard, span('own'));
      areAtHome &&= isAtHome;
    } else {
      // The second way is an abort.
      if (next.size === 0 || !(goes(here, then) || goes(then, here))) throw underWay(shard);
      areAtHome = false;
    }
  }
  return areAtHome;
}

/**
 * A shard that is missing in the map cannot be asked, but the others know of it. It may go when they own everybody.
 *
 * @throws MissingShardsError
 */
export function checkMissing(asked: readonly AskedShard[]): void {
  const ids = new Set(asked.map(({ shard }) => shard.id));
  const recorded = asked.flatMap((each) => each.recorded.map(({ id }) => id));
  const missing = [...new Set(recorded)].filter((id) => !ids.has(id)).sort((a, b) => a - b);
  if (missing.length === 0 || spanOf(asked.flatMap(ownedBy)) === EVERYBODY) return;
  throw new MissingShardsError(
    `This shard map leaves out ${missing.map((id) => shardName({ id })).join(' and ')}, where orders were placed: they would be ` +
      'hidden. Deploy a map that has all shards, and move their users with "npm run shards" first.',
  );
}

function ownedBy({ shard, move, state, ranges, recorded }: AskedShard): HalfOpenRange[] {
  if (move > 0 && state === 'finished') return ranges.filter(({ role }) => role === 'own');
  return presentMap(recorded.filter(({ id }) => id === shard.id)).map(halfOpen);
}

const EVERYBODY = 'A up to the end';

/** Ranges in words, with those that follow each other as one: equal for the same users. */
function spanOf(ranges: readonly HalfOpenRange[]): string {
  const joined: { from: string; before: string | undefined }[] = [];
  for (const { from, before } of ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = joined.at(-1);
    if (last !== undefined && last.before === from) last.before = before;
    else joined.push({ from, before });
  }
  return joined.map(({ from, before = 'the end' }) => `${from} up to ${before}`).join(', ');
}

function underWay(shard: ShardRange): MovedUsersError {
  return new MovedUsersError(
    `Users are being moved to or from ${shardName(shard)}, and this deployment has not the two maps of that move. Deploy the same ` +
      '"shards" and "nextShards" as before, or end the move first: "npm run shards -- status" says how far it is, and ' +
      '"npm run shards -- finish" or "npm run shards -- abort" ends it.',
  );
}

function otherMap(shard: ShardRange, span: string): MovedUsersError {
  return new MovedUsersError(
    `Users were moved, so that ${shardName(shard)} owns ${span === '' ? 'nobody' : `those from ${span}`}, and this shard map says ` +
      'otherwise. Deploy as "shards" the map that the move has made; "npm run shards -- status" prints it.',
  );
}
