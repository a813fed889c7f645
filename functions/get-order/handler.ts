import { readEnvironment, variable } from '../adapters/environment.ts';
import { openDatabases } from '../adapters/postgres/open-databases.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { authMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { getOrderEndpoint } from './endpoint.ts';

const config = readEnvironment({ auth: variable('AUTH', authMode), database: shards });
const log = new StructuredLog();
const orders = new PostgresOrderStore(await openDatabases(config.database, log));

export const handler = httpHandler(log, getOrderEndpoint(config.auth, { shards: config.database.shards, orders }));
