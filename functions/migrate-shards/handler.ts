import { fileURLToPath } from 'node:url';
import type { Context } from 'aws-lambda';
import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { ShardSchemas } from '../adapters/postgres/shard-schemas.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { readConfig } from './config.ts';
import { type MigrationSummary, migrateShards } from './migrate-shards.ts';

const config = readConfig();
const log = new StructuredLog();
// The bundle carries the SQL files beside itself.
const migrationsDir = fileURLToPath(new URL('migrations', import.meta.url));

/** Runs during a deployment, which fails when this throws. */
export const handler = async (_event: unknown, context: Pick<Context, 'awsRequestId'>): Promise<MigrationSummary> => {
  log.startRequest(context.awsRequestId);
  // Secrets are read anew at each run: days may lie between two.
  const schemas = new ShardSchemas(new DatabaseSecrets(), { migrationsDir, tls: config.DATABASE_TLS }, log);
  return migrateShards(config.SHARD_MAP, schemas, log);
};
