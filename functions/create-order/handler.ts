import { v7 as uuidv7 } from 'uuid';
import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { EmbeddedMetrics } from '../adapters/embedded-metrics.ts';
import { KafkaEventPublisher } from '../adapters/kafka/event-publisher.ts';
import { PostgresOrderWriter } from '../adapters/postgres/order-writer.ts';
import { ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { S3ReceiptStore } from '../adapters/s3-receipt-store.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { Breaker } from '../domain/breaker.ts';
import { guardEvents, guardReceipts } from '../domain/guarded-ports.ts';
import { httpHandler } from '../http/pipeline.ts';
import { readConfig } from './config.ts';
import { createOrderEndpoint } from './endpoint.ts';

const config = readConfig();
const log = new StructuredLog();
const events = new KafkaEventPublisher(
  { brokers: config.KAFKA_BROKERS, auth: config.KAFKA_AUTH, region: config.AWS_REGION, topic: config.ORDERS_TOPIC },
  log,
);
const endpoint = createOrderEndpoint(config.AUTH, {
  shards: config.SHARD_MAP,
  orders: new PostgresOrderWriter(
    new ShardDatabases({ shards: config.SHARD_MAP, tls: config.DATABASE_TLS }, new DatabaseSecrets(), log),
  ),
  receipts: guardReceipts(new S3ReceiptStore(config.RECEIPTS_BUCKET), new Breaker('The receipts bucket')),
  events: guardEvents(events, new Breaker('Kafka')),
  newId: () => uuidv7(),
  now: () => new Date(),
  metrics: new EmbeddedMetrics(log, config.STAGE),
  log,
});

// Connected while the environment starts; without Kafka it starts all the same, and its events wait in the outbox.
await events.warmUp().catch((error) => log.warn('Kafka does not answer yet', { error }));

/** `POST /api/orders` */
export const handler = httpHandler(log, endpoint);
