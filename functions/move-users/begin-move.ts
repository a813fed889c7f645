import { checkMoves } from '../domain/map-changes.ts';
import { rangesOfMove, reversed } from '../domain/move-ranges.ts';
import { rangeOf } from '../domain/shard-map.ts';
import { includes } from '../domain/user-range.ts';
import {
  interrupted,
  isUnderWay,
  type KnownMove,
  knownMoves,
  latestMove,
  type MoveCommandDependencies,
  ofLatestMove,
  targetsFirst,
} from './known-moves.ts';
import { MoveRefusedError, refuseOtherColumns, refuseRestored, repeatFirst } from './refusals.ts';

export interface Begun {
  readonly move: number;
}

/**
 * Begins the move to the next map; or goes on beginning it, where an earlier attempt reached some shards only.
 *
 * @throws MoveRefusedError without a next map, while a move is under way, when the last one is not deployed yet, or after a restore
 * @throws MovedUsersError when the last move has made other maps than those of the deployment
 * @throws ShardUnavailableError when a shard does not respond; the command may be repeated
 */
export async function startMove(dependencies: MoveCommandDependencies): Promise<Begun> {
  const ranges = rangesOfMove(dependencies.shards);
  if (ranges === undefined) {
    throw new MoveRefusedError('There is no next map. Deploy one with the context `nextShards`, then start again.');
  }
  if (![...ranges.values()].flat().some(({ role }) => role === 'out')) {
    throw new MoveRefusedError(
      'The next map is the present one, so nobody would move. Deploy another one as `nextShards`.',
    );
  }
  const known = await knownMoves(dependencies);
  await refuseRestored(known, dependencies.reader);
  await refuseOtherColumns(dependencies);
  const latest = latestMove(known);
  const begun = ofLatestMove(known).filter(isUnderWay);
  const command = interrupted(known);
  if (begun.length > 0 && command !== 'start') {
    throw command === undefined
      ? new MoveRefusedError('A move is under way. `npm run shards -- status` shows how far it is.')
      : repeatFirst(known, command);
  }
  if (begun.length === 0 && !checkMoves(known)) {
    throw new MoveRefusedError(
      `Move ${latest} is finished, so the users are where the next map has them. Deploy that map as \`shards\`, without \`nextShards\`: ` +
        '`npm run shards -- status` prints it.',
    );
  }
  const move = begun.length > 0 ? latest : latest + 1;
  const behind = known.filter((each) => !begun.includes(each));
  const told = behind.map(({ shard }) => ({ shard, ranges: ranges.get(shard.id) ?? [] }));
  const over = dependencies.shards.length;
  for (const each of targetsFirst(told))
    await dependencies.moves.setMove(each.shard, move, begun[0]?.state ?? 'running', each.ranges, over);
  return { move };
}

/**
 * Moves everybody back: a move of its own, in the other direction. Its sources are told first, so that nobody more arrives there.
 * Repeated, it goes on telling the shards that an earlier attempt has not reached, or does nothing.
 *
 * @throws MoveRefusedError unless a move is under way, and every shard knows that
 * @throws ShardUnavailableError when a shard does not respond; the command may be repeated
 */
export async function abortMove(dependencies: MoveCommandDependencies): Promise<Begun> {
  const known = await knownMoves(dependencies);
  await refuseRestored(known, dependencies.reader);
  const latest = latestMove(known);
  if (!known.some(isUnderWay)) throw new MoveRefusedError('No move is under way, so there is nothing to abort.');
  const command = interrupted(known);
  // Shards that do not know the move, or have ended it, cannot be told its reverse.
  if (command === 'start' || command === 'finish') throw repeatFirst(known, command);
  if (command === undefined && known.some(goesBack)) return { move: latest };
  const move = command === 'abort' ? latest : latest + 1;
  const told = command === 'abort' ? known.filter((each) => each.move < latest) : known;
  for (const { shard, ranges } of targetsFirst(told)) {
    await dependencies.moves.setMove(shard, move, 'running', reversed(ranges));
  }
  return { move };
}

/** Whether users come to the shard that are its own by the present map. */
function goesBack({ shard, ranges }: KnownMove): boolean {
  const present = rangeOf(shard);
  return present !== undefined && ranges.some(({ role, from }) => role === 'in' && includes(present, from));
}
