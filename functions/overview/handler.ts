import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { kafka, ordersTopic, readEnvironment, receiptsBucket, variable } from '../adapters/environment.ts';
import { PostgresOrderLists } from '../adapters/postgres/order-lists.ts';
import { PostgresOrderStatistics } from '../adapters/postgres/order-statistics.ts';
import { PostgresPartHistory } from '../adapters/postgres/part-history.ts';
import { ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { systemParts } from '../adapters/system-parts.ts';
import { authMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { overviewEndpoint } from './endpoint.ts';

const config = readEnvironment({
  auth: variable('AUTH', authMode),
  database: shards,
  receiptsBucket,
  kafka,
  ordersTopic,
});
const log = new StructuredLog();
const databases = new ShardDatabases(config.database, new DatabaseSecrets(), log);
const parts = systemParts(config, databases, log);

// Opens all connections during the init phase, so that the first response is not about them.
await Promise.allSettled(parts.map(({ check }) => check()));

export const handler = httpHandler(
  log,
  overviewEndpoint(config.auth, {
    shards: config.database.shards,
    parts,
    orders: new PostgresOrderLists(databases),
    statistics: new PostgresOrderStatistics(databases),
    history: new PostgresPartHistory(databases),
    log,
  }),
);
