import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { EmbeddedMetrics } from '../adapters/embedded-metrics.ts';
import {
  kafka,
  ordersTopic,
  positiveInteger,
  readEnvironment,
  receiptsBucket,
  stage,
  variable,
} from '../adapters/environment.ts';
import { KafkaEventPublisher } from '../adapters/kafka/event-publisher.ts';
import { loggedHandler } from '../adapters/logged-handler.ts';
import { PostgresOrderStatistics } from '../adapters/postgres/order-statistics.ts';
import { PostgresOutbox } from '../adapters/postgres/outbox.ts';
import { BACKGROUND_LIMITS, ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { S3ReceiptStore } from '../adapters/s3-receipt-store.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { Breaker, guardEvents, guardReceipts } from '../domain/breaker.ts';
import { relayOutbox } from './relay-outbox.ts';

const config = readEnvironment({
  stage,
  database: shards,
  receiptsBucket,
  kafka,
  ordersTopic,
  republishAfterMinutes: variable('REPUBLISH_AFTER_MINUTES', positiveInteger),
});
const log = new StructuredLog();
const events = new KafkaEventPublisher({ ...config.kafka, topic: config.ordersTopic }, log);
const databases = new ShardDatabases(config.database, new DatabaseSecrets(), log, BACKGROUND_LIMITS);
const dependencies = {
  shards: config.database.shards,
  outbox: new PostgresOutbox(databases),
  statistics: new PostgresOrderStatistics(databases),
  receipts: guardReceipts(new S3ReceiptStore(config.receiptsBucket), new Breaker('The receipts bucket')),
  events: guardEvents(events, new Breaker('Kafka')),
  republishAfterMinutes: config.republishAfterMinutes,
  metrics: new EmbeddedMetrics(log, config.stage),
  now: () => new Date(),
  log,
};

await events.warmUp().catch((error) => log.warn('Kafka does not respond yet', { error }));

export const handler = loggedHandler(log, () => relayOutbox(dependencies));
