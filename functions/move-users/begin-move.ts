import { rangesOfMove, reversed } from '../domain/move-ranges.ts';
import {
  isUnderWay,
  knownMoves,
  latestMove,
  type MoveCommandDependencies,
  MoveRefusedError,
  targetsFirst,
} from './known-moves.ts';

export interface Begun {
  readonly move: number;
}

/**
 * Begins the move to the next map; or goes on beginning it, where an earlier attempt reached some shards only.
 *
 * @throws MoveRefusedError without a next map, or while a move is under way
 * @throws ShardUnavailableError when a shard does not respond; the command may be repeated
 */
export async function startMove(dependencies: MoveCommandDependencies): Promise<Begun> {
  const ranges = rangesOfMove(dependencies.shards);
  if (ranges === undefined) {
    throw new MoveRefusedError('There is no next map. Deploy one with the context `nextShards`, then start again.');
  }
  const known = await knownMoves(dependencies);
  const latest = latestMove(known);
  const begun = known.filter((each) => each.move === latest && isUnderWay(each));
  const behind = known.filter((each) => !begun.includes(each));
  if (begun.length > 0 && (behind.length === 0 || behind.some(isUnderWay))) {
    throw new MoveRefusedError('A move is under way. `npm run shards -- status` shows how far it is.');
  }
  const move = begun.length > 0 ? latest : latest + 1;
  const told = behind.map(({ shard }) => ({ shard, ranges: ranges.get(shard.id) ?? [] }));
  for (const each of targetsFirst(told)) await dependencies.moves.setMove(each.shard, move, 'running', each.ranges);
  return { move };
}

/**
 * Moves everybody back: a move of its own, in the other direction. Its sources are told first, so that nobody more arrives there.
 *
 * @throws MoveRefusedError unless a move is under way
 * @throws ShardUnavailableError when a shard does not respond; the command may be repeated
 */
export async function abortMove(dependencies: MoveCommandDependencies): Promise<Begun> {
  const known = await knownMoves(dependencies);
  const latest = latestMove(known);
  const underWay = known.filter(isUnderWay);
  if (underWay.length === 0) throw new MoveRefusedError('No move is under way, so there is nothing to abort.');
  // Some shards were told before: the others follow.
  const behind = underWay.filter(({ move }) => move < latest);
  const move = behind.length > 0 ? latest : latest + 1;
  for (const { shard, ranges } of targetsFirst(behind.length > 0 ? behind : underWay)) {
    await dependencies.moves.setMove(shard, move, 'running', reversed(ranges));
  }
  return { move };
}
