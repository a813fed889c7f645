import { readEnvironment } from '../adapters/environment.ts';
import { PostgresPartHistory } from '../adapters/postgres/part-history.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { openSystem, SYSTEM } from '../adapters/system-parts.ts';
import { httpHandler } from '../http/pipeline.ts';
import { healthEndpoint } from './endpoint.ts';

const config = readEnvironment(SYSTEM);
const log = new StructuredLog();
const { databases, parts } = await openSystem(config, log);

export const handler = httpHandler(
  log,
  healthEndpoint({ parts, shards: config.database.shards, history: new PostgresPartHistory(databases), log }),
);
