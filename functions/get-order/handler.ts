import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { httpHandler } from '../http/pipeline.ts';
import { readConfig } from './config.ts';
import { getOrderEndpoint } from './endpoint.ts';

const config = readConfig();
const log = new StructuredLog();
const orders = new PostgresOrderStore(
  new ShardDatabases({ shards: config.SHARD_MAP, tls: config.DATABASE_TLS }, new DatabaseSecrets(), log),
);

/** `GET /api/orders/{id}` */
export const handler = httpHandler(log, getOrderEndpoint(config.AUTH, { shards: config.SHARD_MAP, orders }));
