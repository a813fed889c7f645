import type { MoveReader, Moves, ShardMove } from '../domain/moves.ts';
import type { ShardRange } from '../domain/shard-map.ts';

/** What an operator's command works with. */
export interface MoveCommandDependencies {
  readonly shards: readonly ShardRange[];
  readonly moves: Moves;
  readonly reader: MoveReader;
  readonly now: () => Date;
}

export interface KnownMove extends ShardMove {
  readonly shard: ShardRange;
}

/** What each shard knows of moves. @throws ShardUnavailableError when one does not respond */
export function knownMoves({ shards, reader }: MoveCommandDependencies): Promise<KnownMove[]> {
  return Promise.all(shards.map(async (shard) => ({ shard, ...(await reader.moveOf(shard)) })));
}

/** The number of the latest move, 0 before the first one. */
export function latestMove(known: readonly ShardMove[]): number {
  return Math.max(0, ...known.map(({ move }) => move));
}

/** Those that take part in the latest move, in whatever state it is. */
export function ofLatestMove(known: readonly KnownMove[]): KnownMove[] {
  const latest = latestMove(known);
  return known.filter(({ move }) => move === latest);
}

export function isUnderWay({ state }: ShardMove): boolean {
  return state !== 'finished';
}

/** The command that has reached some shards only; undefined when none was interrupted. */
export function interrupted(known: readonly KnownMove[]): 'start' | 'abort' | 'finish' | undefined {
  if (!known.some(isUnderWay)) return undefined;
  const behind = shardsBehind(known);
  if (behind.length > 0) return behind.some(isUnderWay) ? 'abort' : 'start';
  return known.every(isUnderWay) ? undefined : 'finish';
}

/** Those that know an earlier move than the others. */
export function shardsBehind(known: readonly KnownMove[]): KnownMove[] {
  const latest = latestMove(known);
  return known.filter(({ move }) => move < latest);
}

/** The shards that were restored to a time before a move with which users came from them or went to them. */
export async function restoredShards(known: readonly KnownMove[], reader: MoveReader): Promise<KnownMove[]> {
  const peers = (await Promise.all(known.map(({ shard }) => reader.peersOf(shard)))).flat();
  return known.filter(({ shard, move }) => peers.some((each) => each.peer === shard.id && each.move > move));
}

/** Whether users go from the shard to another one. */
export function isSource({ ranges }: Pick<ShardMove, 'ranges'>): boolean {
  return ranges.some(({ role }) => role === 'out');
}

/** Targets before sources, so that nobody is sent to a shard that does not expect them. */
export function targetsFirst<Each extends { readonly ranges: ShardMove['ranges'] }>(all: readonly Each[]): Each[] {
  return all.toSorted((one, other) => Number(isSource(one)) - Number(isSource(other)));
}
