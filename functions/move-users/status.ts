import type { MoveState, OwnedRange, SourceProgress } from '../domain/moves.ts';
import { shardName } from '../domain/shard-map.ts';
import {
  isSource,
  isUnderWay,
  knownMoves,
  latestMove,
  type MoveCommandDependencies,
  ofLatestMove,
  shardsBehind,
} from './known-moves.ts';

export interface MoveStatus {
  /** Of the latest move; 0 before the first one. */
  readonly move: number;
  readonly state: MoveState;
  /** Shards that an interrupted start or abort has not reached. */
  readonly behind: readonly string[];
  readonly sources: readonly SourceStatus[];
  /** What each shard owns by a finished move. */
  readonly owners: readonly ShardOwns[];
}

export interface ShardOwns {
  readonly shard: string;
  /** Nothing of one that was emptied. */
  readonly owns: readonly OwnedRange[];
}

export interface SourceStatus extends Omit<SourceProgress, 'lastMovedAt'> {
  readonly shard: string;
  /** Where its users go. */
  readonly targets: readonly string[];
  /** Orders a second in the last five minutes, or since the move began. */
  readonly ordersPerSecond: number;
  /** Seconds until none is left, at that rate; undefined while it is 0. */
  readonly secondsLeft: number | undefined;
  /** Since a user moved last. */
  readonly standstillSeconds: number;
}

/** What the rate is taken of. */
const RECENT_SECONDS = 300;

/** How far the latest move is. @throws ShardUnavailableError when a shard does not respond */
export async function moveStatus(dependencies: MoveCommandDependencies): Promise<MoveStatus> {
  const known = await knownMoves(dependencies);
  const latest = ofLatestMove(known);
  const running = latest.filter(isUnderWay);
  const sources = running.filter(isSource);
  const now = dependencies.now().getTime();
  return {
    move: latestMove(known),
    state: running[0]?.state ?? 'finished',
    behind: running.length === 0 ? [] : shardsBehind(known).map(({ shard }) => shardName(shard)),
    owners: running.length > 0 ? [] : latest.map(({ shard, ranges }) => ({ shard: shardName(shard), owns: ranges })),
    sources: await Promise.all(
      sources.map(async ({ shard, move, changedAt, ranges }) => {
        const { lastMovedAt, ...progress } = await dependencies.reader.progress(shard, move);
        const since = Math.max(1, Math.min(RECENT_SECONDS, (now - (changedAt?.getTime() ?? now)) / 1_000));
        const ordersPerSecond = progress.recentOrders / since;
        return {
          shard: shardName(shard),
          targets: [
            ...new Set(ranges.flatMap(({ role, peer }) => (role === 'out' && peer ? [shardName({ id: peer })] : []))),
          ],
          ...progress,
          ordersPerSecond: Math.round(ordersPerSecond),
          secondsLeft: ordersPerSecond > 0 ? Math.ceil(progress.ordersLeft / ordersPerSecond) : undefined,
          standstillSeconds: Math.max(0, Math.round((now - lastMovedAt.getTime()) / 1_000)),
        };
      }),
    ),
  };
}
