import type { Context } from 'aws-lambda';
import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { EmbeddedMetrics } from '../adapters/embedded-metrics.ts';
import { KafkaEventPublisher } from '../adapters/kafka/event-publisher.ts';
import { PostgresOutbox } from '../adapters/postgres/outbox.ts';
import { BACKGROUND_LIMITS, ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { S3ReceiptStore } from '../adapters/s3-receipt-store.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { Breaker } from '../domain/breaker.ts';
import { guardEvents, guardReceipts } from '../domain/guarded-ports.ts';
import { readConfig } from './config.ts';
import { relayOutbox } from './relay-outbox.ts';

const config = readConfig();
const log = new StructuredLog();
const events = new KafkaEventPublisher(
  { brokers: config.KAFKA_BROKERS, auth: config.KAFKA_AUTH, region: config.AWS_REGION, topic: config.ORDERS_TOPIC },
  log,
);
const databases = new ShardDatabases(
  { shards: config.SHARD_MAP, tls: config.DATABASE_TLS },
  new DatabaseSecrets(),
  log,
  BACKGROUND_LIMITS,
);
const dependencies = {
  shards: config.SHARD_MAP,
  outbox: new PostgresOutbox(databases),
  receipts: guardReceipts(new S3ReceiptStore(config.RECEIPTS_BUCKET), new Breaker('The receipts bucket')),
  events: guardEvents(events, new Breaker('Kafka')),
  republishAfterMinutes: config.REPUBLISH_AFTER_MINUTES,
  metrics: new EmbeddedMetrics(log, config.STAGE),
  now: () => new Date(),
  log,
};

await events.warmUp().catch((error) => log.warn('Kafka does not answer yet', { error }));

/** Runs every minute. */
export const handler = async (_event: unknown, context: Pick<Context, 'awsRequestId'>): Promise<void> => {
  log.startRequest(context.awsRequestId);
  await relayOutbox(dependencies);
};
