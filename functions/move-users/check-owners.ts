import type { KnownUser } from '../domain/moves.ts';
import { describeShard, presentMap, shardName } from '../domain/shard-map.ts';
import { includes, isBetween, keyOf } from '../domain/user-range.ts';
import { type KnownMove, knownMoves, type MoveCommandDependencies, shardsBehind } from './known-moves.ts';

/** Users of a shard that are read at once. */
const PAGE = 2_000;
/** Findings that are told one by one. */
const TOLD = 50;

export interface Finding {
  readonly userId: string;
  readonly what: 'two owners' | 'no owner' | 'orders elsewhere' | 'switch not ended';
  /** Where the user is known, such as `shard1: here, 3 orders`. */
  readonly where: readonly string[];
}

export interface Checked {
  readonly users: number;
  readonly findings: number;
  /** The first of them. */
  readonly first: readonly Finding[];
  /** Shards that know an earlier move than the others, as after the restore of a backup. */
  readonly behind: readonly string[];
}

/** What a shard knows of a user. */
export interface Place {
  readonly known: KnownMove;
  readonly user: KnownUser;
}

/** Looks at every user in every shard: whether exactly one owns them, and has their orders. @throws ShardUnavailableError */
export async function checkOwners(dependencies: MoveCommandDependencies): Promise<Checked> {
  const moves = await knownMoves(dependencies);
  const findings: Finding[] = [];
  let users = 0;
  let count = 0;
  for await (const places of everyUser(moves, dependencies)) {
    users += 1;
    const what = judge(places);
    if (what === undefined) continue;
    count += 1;
    if (findings.length === TOLD) continue;
    const where = await Promise.all(places.map((place) => tell(place, dependencies)));
    findings.push({ userId: places[0]?.user.userId ?? '', what, where });
  }
  const behind = shardsBehind(moves).map(({ shard }) => shardName(shard));
  return { users, findings: count, first: findings, behind };
}

/** All places of one user after the other. */
export async function* everyUser(
  moves: readonly KnownMove[],
  { reader }: Pick<MoveCommandDependencies, 'reader'>,
): AsyncGenerator<Place[]> {
  for (let after: string | undefined; ; ) {
    const pages = await Promise.all(
      moves.map(async (known) => ({ known, users: await reader.knownUsers(known.shard, after, PAGE) })),
    );
    // What is behind the end of a full page may be missing of that shard.
    const ends = pages.flatMap(({ users }) => (users.length < PAGE ? [] : [users.at(-1)?.userId ?? '']));
    const end = ends.sort()[0];
    const places = pages.flatMap(({ known, users }) => users.map((user): Place => ({ known, user })));
    const complete = places.filter(({ user }) => end === undefined || user.userId <= end);
    yield* Map.groupBy(complete, ({ user }) => user.userId).values();
    if (end === undefined) return;
    after = end;
  }
}

/** What is wrong with a user; undefined when nothing is. */
export function judge(places: readonly Place[]): Finding['what'] | undefined {
  if (places.some(({ user }) => user.expired)) return 'switch not ended';
  if (places.some(({ user }) => user.state === 'leaving')) return undefined;
  const owners = places.filter(isOwner);
  if (owners.length > 1) return 'two owners';
  if (isLost(places)) return 'no owner';
  const withOrders = places.filter(({ user }) => user.hasOrders);
  if (withOrders.length === 0) return undefined;
  if (owners.length === 0) return 'no owner';
  // Copies rest where the user was, or is about to be.
  const stray = withOrders.filter((place) => !owners.includes(place) && place.user.state === undefined);
  return stray.length > 0 ? 'orders elsewhere' : undefined;
}

/**
 * The placement that came about last; undefined when no shard that is or was the owner has one. In one move nobody comes back, so who
 * has arrived is there, whatever a restored source has begun since.
 */
export function latestPlacement(places: readonly Place[]): Place | undefined {
  const age = ({ user }: Place) => [user.move ?? 0, user.state === 'here' ? 1 : 0, user.attempt ?? 0];
  const [latest] = places
    .filter(({ user }) => user.state !== undefined && user.state !== 'arriving' && user.state !== 'refused')
    .map((place) => ({ place, age: age(place) }))
    .sort((one, other) => other.age.map((part, n) => part - (one.age[n] ?? 0)).find((part) => part !== 0) ?? 0);
  return latest?.place;
}

/** Whether the user has moved to a shard that knows nothing of it, as after a restore. */
function isLost(places: readonly Place[]): boolean {
  const latest = latestPlacement(places)?.user;
  return (
    latest?.state === 'moved' && !places.some(({ known, user }) => known.shard.id === latest.peer && hasArrived(user))
  );
}

function hasArrived({ state }: KnownUser): boolean {
  return state === 'here' || state === 'copying' || state === 'leaving';
}

/** As the guard of the shard says it. */
export function isOwner({ known, user }: Place): boolean {
  if (user.state !== undefined) return user.state === 'here' || user.state === 'copying';
  const key = keyOf(user.userId) ?? '';
  // Before its first move a shard takes everybody; who belongs to it is said by the map.
  if (known.move === 0) {
    return presentMap([known.shard]).some((shard) => includes(shard, key));
  }
  const role = known.ranges.find((range) => isBetween(range, key))?.role;
  return role === 'own' || (role !== undefined && user.hasOrders);
}

async function tell({ known, user }: Place, { reader }: MoveCommandDependencies): Promise<string> {
  const state = user.state ?? 'no placement';
  const orders = await reader.ordersOf(known.shard, user.userId);
  return `${describeShard(known.shard)}: ${state}, ${orders} ${orders === 1 ? 'order' : 'orders'}`;
}
