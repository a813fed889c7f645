import { databaseTls, readEnvironment } from '../adapters/environment.ts';
import { shardMapWithMasters } from '../adapters/shard-map-variable.ts';

/** What migrate-shards needs to know, read once at cold start. */
export function readConfig() {
  return readEnvironment({ SHARD_MAP: shardMapWithMasters, DATABASE_TLS: databaseTls });
}
