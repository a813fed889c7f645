import type { Log } from '../../domain/ports.ts';
import { shardName } from '../../domain/shard-map.ts';
import { DatabaseSecrets } from '../database-secrets.ts';
import { type QueryLimits, REQUEST_LIMITS, ShardDatabases, type ShardSettings } from './shard-databases.ts';

/**
 * Connects to the shards of a function that clients wait for, in its init phase: secret, TLS and login take a new execution environment
 * longer, on a busy machine, than a request may take in all. A shard that does not respond is left to the requests.
 *
 */
export async function openDatabases(
  settings: ShardSettings,
  log: Log,
  limits: QueryLimits = REQUEST_LIMITS,
  secrets = new DatabaseSecrets(),
): Promise<ShardDatabases> {
  const databases = new ShardDatabases(settings, secrets, log, limits);
  await Promise.all(
    settings.shards.map((shard) =>
      databases
        .check(shard)
        .catch((error) => log.warn('a shard does not respond yet', { shard: shardName(shard), error })),
    ),
  );
  return databases;
}
