import { rangesBesides } from '../domain/move-ranges.ts';
import { MOVED_ORDERS, MOVER_RUN } from '../domain/mover-timing.ts';
import type { OwnerRepair, PageEnd } from '../domain/moves.ts';
import type { Log, MoveAttempt } from '../domain/ports.ts';
import { shardName } from '../domain/shard-map.ts';
import { isBetween, keyOf } from '../domain/user-range.ts';
import { everyUser, judge, latestPlacement, type Place } from './check-owners.ts';
import { endSwitches } from './end-switches.ts';
import {
  type KnownMove,
  knownMoves,
  latestMove,
  type MoveCommandDependencies,
  ofLatestMove,
  restoredShards,
} from './known-moves.ts';
import { MoveRefusedError, refuseOtherColumns } from './refusals.ts';
import type { MoverLock } from './run-mover.ts';

const { page: PAGE } = MOVED_ORDERS;

/** Some orders of a user, and where the next ones begin. */
interface Page<Position> {
  readonly orders: number;
  readonly rows: string;
  readonly last: Position | undefined;
}

export interface Repaired {
  /** Who has one owner again. */
  readonly users: number;
  /** Who could not be repaired: no placement says whose they are. */
  readonly left: number;
  /** Whether the time was over before all were looked at. */
  readonly more: boolean;
  /** Restored shards that know the latest move again. */
  readonly told: readonly string[];
  /** Whether that move is over at the others. */
  readonly finished: boolean;
}

export interface RepairDependencies extends MoveCommandDependencies {
  readonly repair: OwnerRepair;
  readonly lock: MoverLock;
  readonly log: Log;
}

/**
 * Gives each user to one shard who has two after a restore, or none: to the one that the latest placement names. What others have of
 * the orders, in their archives too, is added to it, so none is lost that any shard has. Then the restored shards are told of the
 * latest move. May be repeated.
 *
 * @throws MoveRefusedError while users move
 * @throws ShardUnavailableError when a shard does not respond; the command may be repeated
 */
export async function repairOwners(dependencies: RepairDependencies): Promise<Repaired> {
  const repaired = await dependencies.lock.hold(() => repairAll(dependencies));
  if (repaired !== undefined) return repaired;
  throw new MoveRefusedError('A run of move-users is at work. Repeat the command in a minute.');
}

async function repairAll(dependencies: RepairDependencies): Promise<Repaired> {
  const until = performance.now() + MOVER_RUN.copySeconds * 1_000;
  const { shards, reader, moves } = dependencies;
  const known = await knownMoves(dependencies);
  const latest = latestMove(known);
  const states = ofLatestMove(known).map(({ state }) => state);
  if (states.includes('running')) throw new MoveRefusedError('Users are moving. Do `npm run shards -- pause` first.');
  await refuseOtherColumns(dependencies);
  for (const source of shards) await endSwitches(source, dependencies);
  const restored = await restoredShards(known, reader);
  const all = known.map((each) =>
    restored.includes(each) ? { ...each, move: latest, ranges: besides(each, known) } : each,
  );
  let [users, left, more] = [0, 0, false];
  for await (const places of everyUser(all, dependencies)) {
    if (judge(places) === undefined) continue;
    if (performance.now() > until) {
      more = true;
      break;
    }
    if (await repairUser(places, all, dependencies)) users += 1;
    else left += 1;
  }
  const finished = !states.includes('paused');
  // Not as finished: their former rows rest for a minute.
  const told = more ? [] : all.filter(({ shard }) => restored.some((each) => each.shard.id === shard.id));
  for (const { shard, ranges } of told) await moves.setMove(shard, latest, finished ? 'running' : 'paused', ranges);
  return { users, left, more, told: told.map(({ shard }) => shardName(shard)), finished };
}

function besides({ shard }: KnownMove, known: readonly KnownMove[]) {
  const others = ofLatestMove(known).filter((each) => each.shard.id !== shard.id);
  return rangesBesides(
    shard.id,
    others.map(({ shard: { id }, ranges }) => ({ id, ranges })),
  );
}

/** @returns whether the user has one owner now, with all orders */
async function repairUser(
  places: readonly Place[],
  known: readonly KnownMove[],
  { repair, moves }: RepairDependencies,
): Promise<boolean> {
  const userId = places[0]?.user.userId ?? '';
  const latest = latestPlacement(places);
  const owner = latest?.user.state === 'leaving' ? undefined : ownerOf(userId, latest, known);
  if (owner === undefined) return false;
  const others = places
    .filter(({ known: { shard } }) => shard.id !== owner.id)
    .sort((one, other) => (other.user.move ?? 0) - (one.user.move ?? 0))
    .map(({ known: { shard } }) => shard);
  const attempt: MoveAttempt = {
    userId,
    move: latest?.user.move ?? latestMove(known),
    attempt: latest?.user.attempt ?? 1,
  };
  await repair.own(owner, attempt, others[0]?.id ?? owner.id);
  const add = async <Position>(read: (after: Position | undefined) => Promise<Page<Position>>) => {
    for (let page = await read(undefined); page.orders > 0; page = await read(page.last)) {
      await repair.merge(owner, userId, page.rows);
    }
  };
  const addAll = async () => {
    for (const shard of others) await add<PageEnd>((after) => moves.page(shard, userId, after, PAGE));
    // An order stays as it was added first: as the shard archived it that the user has left last. The owner did so before they came back.
    for (const shard of [...others, owner]) await add<string>((after) => repair.archived(shard, userId, after, PAGE));
  };
  await addAll();
  for (const shard of others) await repair.giveUp(shard, attempt, owner.id);
  // What was placed there meanwhile: from now on nothing is.
  await addAll();
  return true;
}

/** Whose the user is by the latest placement; without any, by the ranges of the shards. */
function ownerOf(userId: string, latest: Place | undefined, known: readonly KnownMove[]) {
  if (latest?.user.state === 'moved') return known.find(({ shard }) => shard.id === latest.user.peer)?.shard;
  if (latest !== undefined) return latest.known.shard;
  const key = keyOf(userId) ?? '';
  return known.find(({ ranges }) => ranges.some((range) => range.role !== 'in' && isBetween(range, key)))?.shard;
}
