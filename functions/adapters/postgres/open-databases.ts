import { withDeadline } from '../../domain/deadline.ts';
import type { Log } from '../../domain/ports.ts';
import { shardName } from '../../domain/shard-map.ts';
import { DatabaseSecrets } from '../database-secrets.ts';
import { type QueryLimits, REQUEST_LIMITS, ShardDatabases, type ShardSettings } from './shard-databases.ts';

/** What a shard may take longer than half as long again as the first one. */
const GRACE_MS = 100;

/**
 * Connects to the shards of a function that clients wait for, in its init phase: secret, TLS and login take a new execution environment
 * longer, on a busy machine, than a request may take in all. A shard that does not respond is left to the requests. How long that is
 * waited for depends on the others: what keeps the machine busy keeps it busy for all of them.
 */
export async function openDatabases(
  settings: ShardSettings,
  log: Log,
  limits: QueryLimits = REQUEST_LIMITS,
  secrets = new DatabaseSecrets(),
): Promise<ShardDatabases> {
  const databases = new ShardDatabases(settings, secrets, log, limits);
  const begun = performance.now();
  const connected = settings.shards.map(async (shard) => {
    try {
      await databases.check(shard);
    } catch (error) {
      log.warn('a shard does not respond yet', { shard: shardName(shard), error });
      throw error;
    }
  });
  const all = Promise.allSettled(connected);
  // Once the first one is connected, or none can be.
  await Promise.any([...connected, all]);
  await withDeadline(Math.ceil((performance.now() - begun) / 2) + GRACE_MS, 'Connecting to all shards', all).catch(
    (error) => log.warn('not all shards respond yet', { error }),
  );
  return databases;
}
