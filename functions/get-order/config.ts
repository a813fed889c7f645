import { databaseTls, readEnvironment } from '../adapters/environment.ts';
import { shardMap } from '../adapters/shard-map-variable.ts';
import { authMode } from '../http/caller.ts';

/** What get-order needs to know, read once at cold start. */
export function readConfig() {
  return readEnvironment({ AUTH: authMode, SHARD_MAP: shardMap, DATABASE_TLS: databaseTls });
}
