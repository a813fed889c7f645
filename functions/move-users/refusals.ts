import { OrderFlowError } from '../domain/errors.ts';
import type { MoveReader } from '../domain/moves.ts';
import { shardName } from '../domain/shard-map.ts';
import {
  interrupted,
  isUnderWay,
  type KnownMove,
  type MoveCommandDependencies,
  ofLatestMove,
  restoredShards,
  shardsBehind,
} from './known-moves.ts';

/** A command that cannot be carried out at this moment, and what to do. */
export class MoveRefusedError extends OrderFlowError {
  override readonly name = 'MoveRefusedError';
  readonly code = 'move_refused';
  readonly retryable = false;
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
