import { readEnvironment, shardMapWithMasters } from '../adapters/environment.ts';

/** What migrate-shards needs to know, read once at cold start. */
export function readConfig() {
  return readEnvironment({ SHARD_MAP: shardMapWithMasters });
}
