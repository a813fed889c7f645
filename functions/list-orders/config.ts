import { readEnvironment } from '../adapters/environment.ts';
import { shardMap } from '../adapters/shard-map-variable.ts';

/** What list-orders needs to know, read once at cold start. */
export function readConfig() {
  return readEnvironment({ SHARD_MAP: shardMap });
}
