import { readEnvironment, shardMap } from '../adapters/environment.ts';

/** What list-orders needs to know, read once at cold start. */
export function readConfig() {
  return readEnvironment({ SHARD_MAP: shardMap });
}
