import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { EmbeddedMetrics } from '../adapters/embedded-metrics.ts';
import { readEnvironment, stage } from '../adapters/environment.ts';
import { PostgresMoves } from '../adapters/postgres/moves.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { BACKGROUND_LIMITS, ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { kafkaHandler } from '../kafka-batch/pipeline.ts';
import { confirmOrders } from './confirm-orders.ts';

const config = readEnvironment({ stage, database: shards });
const log = new StructuredLog();
const databases = new ShardDatabases(config.database, new DatabaseSecrets(), log, BACKGROUND_LIMITS);
const work = confirmOrders({
  shards: config.database.shards,
  orders: new PostgresOrderStore(databases),
  moves: new PostgresMoves(databases),
  now: () => new Date(),
  metrics: new EmbeddedMetrics(log, config.stage),
  log,
});

/** Invoked for batches of `order-confirmations`. */
export const handler = kafkaHandler(log, work);
