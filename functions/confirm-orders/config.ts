import { databaseTls, readEnvironment, text } from '../adapters/environment.ts';
import { shardMap } from '../adapters/shard-map-variable.ts';

/** What confirm-orders needs to know, read once at cold start. */
export function readConfig() {
  return readEnvironment({ STAGE: text, SHARD_MAP: shardMap, DATABASE_TLS: databaseTls });
}
