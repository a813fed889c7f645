import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { kafka, ordersTopic, readEnvironment, receiptsBucket } from '../adapters/environment.ts';
import { PostgresPartHistory } from '../adapters/postgres/part-history.ts';
import { ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { systemParts } from '../adapters/system-parts.ts';
import { httpHandler } from '../http/pipeline.ts';
import { healthEndpoint } from './endpoint.ts';

const config = readEnvironment({ database: shards, receiptsBucket, kafka, ordersTopic });
const log = new StructuredLog();
const databases = new ShardDatabases(config.database, new DatabaseSecrets(), log);
const parts = systemParts(config, databases, log);

// Opens all connections during the init phase, so that the first response is not about them.
await Promise.allSettled(parts.map(({ check }) => check()));

export const handler = httpHandler(
  log,
  healthEndpoint({ parts, shards: config.database.shards, history: new PostgresPartHistory(databases), log }),
);
