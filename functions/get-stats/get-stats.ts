import { askShards, type ShardAnswers } from '../domain/ask-shards.ts';
import type { Log } from '../domain/ports.ts';
import { type ShardRange, shardFor } from '../domain/shard-map.ts';
import type { OrderStatistics, ShardStatistics } from '../domain/statistics.ts';

export interface GetStatsDependencies {
  readonly shards: readonly ShardRange[];
  readonly statistics: OrderStatistics;
  readonly log: Log;
}

/**
 * @param userId whose; everybody's when undefined
 * @throws ShardUnavailableError when no shard that was asked responds: for one user, that user's own
 */
export function getStats(
  userId: string | undefined,
  { shards, statistics, log }: GetStatsDependencies,
): Promise<ShardAnswers<ShardStatistics>> {
  const asked = userId === undefined ? shards : [shardFor(shards, userId)];
  return askShards(asked, (shard) => statistics.read(shard, userId), log);
}
