import { ownedAfter } from '../domain/move-ranges.ts';
import type { MoveState } from '../domain/moves.ts';
import { shardName } from '../domain/shard-map.ts';
import {
  isUnderWay,
  type KnownMove,
  knownMoves,
  latestMove,
  type MoveCommandDependencies,
  ofLatestMove,
  targetsFirst,
} from './known-moves.ts';
import { demandMove, MoveRefusedError, noMove, refuseRestored } from './refusals.ts';
import type { ShardOwns } from './status.ts';

export interface Finished {
  readonly move: number;
  /** What each shard owns from now on. */
  readonly owners: readonly ShardOwns[];
}

/**
 * Ends a move that has nobody left: what the shards own is then said by their ranges alone. Repeated, it says the same.
 *
 * @throws MoveRefusedError while users are left, or their former orders, with their number
 * @throws ShardUnavailableError when a shard does not respond; the command may be repeated
 */
export async function finishMove(dependencies: MoveCommandDependencies): Promise<Finished> {
  const { reader, moves } = dependencies;
  const known = await knownMoves(dependencies);
  await refuseRestored(known, reader);
  const latest = latestMove(known);
  if (latest > 0 && !known.some(isUnderWay)) {
    return {
      move: latest,
      owners: ofLatestMove(known).map(({ shard, ranges }) => ({ shard: shardName(shard), owns: ranges })),
    };
  }
  demandMove(known);
  const left = await Promise.all(known.map(({ shard }) => reader.usersLeft(shard)));
  const users = left.reduce((sum, each) => sum + each, 0);
  if (users > 0) {
    throw new MoveRefusedError(
      `${users} ${users === 1 ? 'user has' : 'users have'} not moved yet. \`npm run shards -- status\` shows what they wait for.`,
    );
  }
  const elsewhere = await Promise.all(known.map(({ shard }) => reader.usersElsewhere(shard)));
  const resting = elsewhere.reduce((sum, each) => sum + each, 0);
  if (resting > 0) {
    throw new MoveRefusedError(
      `The former orders of ${resting} ${resting === 1 ? 'user' : 'users'} are archived a minute after the switch. Finish again once move-users has run, which it does each minute.`,
    );
  }
  const ended = known.map((each) => ({ ...each, owns: ownedAfter(each.ranges) }));
  const over = ended.filter(({ owns }) => owns.length > 0).length;
  // Those that get first: a source that has ended the move sends no new users on.
  for (const { shard, move, owns } of targetsFirst(ended.filter(isUnderWay))) {
    await moves.setMove(shard, move, 'finished', owns, over);
  }
  return {
    move: Math.max(...ended.map(({ move }) => move)),
    owners: ended.map(({ shard, owns }) => ({ shard: shardName(shard), owns })),
  };
}

/** Begins no more users, also while a start or an abort is interrupted. @throws MoveRefusedError when no move is under way; ShardUnavailableError */
export async function pauseMove(dependencies: MoveCommandDependencies): Promise<void> {
  const known = ofLatestMove(await knownMoves(dependencies));
  if (!known.some(isUnderWay)) throw noMove();
  await setAll('paused', known, dependencies);
}

/** Goes on. @throws MoveRefusedError when no move is under way, or a shard does not know of it; ShardUnavailableError */
export async function resumeMove(dependencies: MoveCommandDependencies): Promise<void> {
  const known = await knownMoves(dependencies);
  await refuseRestored(known, dependencies.reader);
  await setAll('running', demandMove(known), dependencies);
}

async function setAll(
  state: MoveState,
  known: readonly KnownMove[],
  { moves }: MoveCommandDependencies,
): Promise<void> {
  for (const { shard, move } of known.filter(isUnderWay)) await moves.setMove(shard, move, state);
}
