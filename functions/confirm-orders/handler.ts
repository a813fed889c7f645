import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { EmbeddedMetrics } from '../adapters/embedded-metrics.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { BACKGROUND_LIMITS, ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { kafkaHandler } from '../kafka-batch/pipeline.ts';
import { readConfig } from './config.ts';
import { confirmOrders } from './confirm-orders.ts';

const config = readConfig();
const log = new StructuredLog();
const databases = new ShardDatabases(
  { shards: config.SHARD_MAP, tls: config.DATABASE_TLS },
  new DatabaseSecrets(),
  log,
  BACKGROUND_LIMITS,
);
const work = confirmOrders({
  shards: config.SHARD_MAP,
  orders: new PostgresOrderStore(databases),
  metrics: new EmbeddedMetrics(log, config.STAGE),
  log,
});

/** The event source mapping of the topic `order-confirmations`. */
export const handler = kafkaHandler(log, work);
