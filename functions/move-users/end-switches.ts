import type { MoveReader } from '../domain/moves.ts';
import type { Log, MoveSteps } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import { endExpired } from '../domain/users-place.ts';

export interface EndSwitchesDependencies {
  readonly shards: readonly ShardRange[];
  readonly reader: Pick<MoveReader, 'expired'>;
  readonly moves: MoveSteps;
  readonly log: Log;
}

/** Ends the switches of users who leave a shard that were left in the middle. @throws ShardUnavailableError */
export async function endSwitches(
  source: ShardRange,
  { shards, reader, moves, log }: EndSwitchesDependencies,
): Promise<void> {
  for (const { peer, ...attempt } of await reader.expired(source)) {
    const target = shards.find(({ id }) => id === peer);
    if (target === undefined) continue;
    const moved = await endExpired(attempt, source, target, moves);
    log.info('a switch that was left in the middle was ended', { shard: shardName(source), moved });
  }
}
