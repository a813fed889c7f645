import { readEnvironment, variable } from '../adapters/environment.ts';
import { PostgresOrderLists } from '../adapters/postgres/order-lists.ts';
import { PostgresOrderStatistics } from '../adapters/postgres/order-statistics.ts';
import { PostgresPartHistory } from '../adapters/postgres/part-history.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { openSystem, SYSTEM } from '../adapters/system-parts.ts';
import { authMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { overviewEndpoint } from './endpoint.ts';

const config = readEnvironment({ auth: variable('AUTH', authMode), ...SYSTEM });
const log = new StructuredLog();
const { databases, parts } = await openSystem(config, log);

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
