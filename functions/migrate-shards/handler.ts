import { fileURLToPath } from 'node:url';
import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { readEnvironment } from '../adapters/environment.ts';
import { loggedHandler } from '../adapters/logged-handler.ts';
import { ShardSchemas } from '../adapters/postgres/shard-schemas.ts';
import { shardsWithAllSecrets } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { migrateShards } from './migrate-shards.ts';

const config = readEnvironment({ database: shardsWithAllSecrets });
const log = new StructuredLog();
// The bundle has the SQL files beside it.
const migrationsDir = fileURLToPath(new URL('migrations', import.meta.url));

/** Runs during a deployment, which fails when this throws. */
export const handler = loggedHandler(log, async () => {
  // Read again in each run: days may lie between two.
  const schemas = new ShardSchemas(new DatabaseSecrets(), { migrationsDir, tls: config.database.tls }, log);
  return migrateShards(config.database.shards, schemas, log);
});
