import { readEnvironment, variable } from '../adapters/environment.ts';
import { openDatabases } from '../adapters/postgres/open-databases.ts';
import { PostgresOrderStatistics } from '../adapters/postgres/order-statistics.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { authMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { getStatsEndpoint } from './endpoint.ts';

const config = readEnvironment({ auth: variable('AUTH', authMode), database: shards });
const log = new StructuredLog();
const statistics = new PostgresOrderStatistics(await openDatabases(config.database, log));

export const handler = httpHandler(
  log,
  getStatsEndpoint(config.auth, { shards: config.database.shards, statistics, log }),
);
