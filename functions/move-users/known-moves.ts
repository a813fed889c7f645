import { OrderFlowError } from '../domain/errors.ts';
import type { MoveReader, Moves, ShardMove } from '../domain/moves.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';

/** What an operator's command works with. */
export interface MoveCommandDependencies {
  readonly shards: readonly ShardRange[];
  readonly moves: Moves;
  readonly reader: MoveReader;
  readonly now: () => Date;
}

/** A command that cannot be carried out at this moment, and what to do. */
export class MoveRefusedError extends OrderFlowError {
  override readonly name = 'MoveRefusedError';
  readonly code = 'move_refused';
  readonly retryable = false;
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

/** Says which shards an interrupted command has not reached, or has. */
export function repeatFirst(known: readonly KnownMove[], command: 'start' | 'abort' | 'finish'): MoveRefusedError {
  const isFinish = command === 'finish';
  const shards = isFinish ? known.filter((each) => !isUnderWay(each)) : shardsBehind(known);
  const names = shards.map(({ shard }) => shardName(shard)).join(' and ');
  const verb = shards.length === 1 ? 'does' : 'do';
  const what = isFinish
    ? `Of all shards, only ${names} took the end of the move`
    : `${names} ${verb} not know of the move yet`;
  return new MoveRefusedError(`${what}. Repeat \`npm run shards -- ${command}\` first.`);
}

export function noMove(): MoveRefusedError {
  return new MoveRefusedError('No move is under way. `npm run shards -- start` begins one.');
}

/** @throws MoveRefusedError unless a move is under way, and every shard knows of it */
export function demandMove(known: readonly KnownMove[]): readonly KnownMove[] {
  if (!ofLatestMove(known).some(isUnderWay)) throw noMove();
  const command = interrupted(known);
  if (command === 'start' || command === 'abort') throw repeatFirst(known, command);
  return known;
}

/** Those that know an earlier move than the others. */
export function shardsBehind(known: readonly KnownMove[]): KnownMove[] {
  const latest = latestMove(known);
  return known.filter(({ move }) => move < latest);
}

/**
 * Refuses what would take a shard that was restored to a time before a move for one that the start of it has not reached: it has the
 * users still who have moved since, or no longer those who came.
 *
 * @throws MoveRefusedError when users came from a shard, or went to it, with a move that it does not know
 */
export async function refuseRestored(known: readonly KnownMove[], reader: MoveReader): Promise<void> {
  const restored = await restoredShards(known, reader);
  if (restored.length === 0) return;
  const names = restored.map(({ shard }) => shardName(shard)).join(' and ');
  throw new MoveRefusedError(
    `Users have moved from or to ${names} with a move that ${names} ${restored.length === 1 ? 'does' : 'do'} not know of, as after a ` +
      'restore to a time before. `npm run shards -- repair` gives each user to one shard again (docs/operations.md, "Restore a shard").',
  );
}

/** The shards that were restored to a time before a move with which users came from them or went to them. */
export async function restoredShards(known: readonly KnownMove[], reader: MoveReader): Promise<KnownMove[]> {
  const peers = (await Promise.all(known.map(({ shard }) => reader.peersOf(shard)))).flat();
  return known.filter(({ shard, move }) => peers.some((each) => each.peer === shard.id && each.move > move));
}

/**
 * Rows are copied with the columns that they have: one that the target lacks would be lost, and one that the source lacks would be null.
 *
 * @throws MoveRefusedError when shards have different columns, as after a deployment that could not migrate all of them
 */
export async function refuseOtherColumns({ shards, reader }: MoveCommandDependencies): Promise<void> {
  const columns = await Promise.all(shards.map((shard) => reader.copiedColumns(shard)));
  if (new Set(columns).size < 2) return;
  throw new MoveRefusedError(
    'Not all shards are migrated: their tables have different columns. Deploy again, so that `migrate-shards` brings all up to date.',
  );
}

/** Whether users go from the shard to another one. */
export function isSource({ ranges }: Pick<ShardMove, 'ranges'>): boolean {
  return ranges.some(({ role }) => role === 'out');
}

/** Targets before sources, so that nobody is sent to a shard that does not expect them. */
export function targetsFirst<Each extends { readonly ranges: ShardMove['ranges'] }>(all: readonly Each[]): Each[] {
  return all.toSorted((one, other) => Number(isSource(one)) - Number(isSource(other)));
}
