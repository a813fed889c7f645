import { v7 as uuidv7 } from 'uuid';
import { EmbeddedMetrics } from '../adapters/embedded-metrics.ts';
import { kafka, ordersTopic, readEnvironment, receiptsBucket, stage, variable } from '../adapters/environment.ts';
import { KafkaEventPublisher } from '../adapters/kafka/event-publisher.ts';
import { PostgresMoves } from '../adapters/postgres/moves.ts';
import { openDatabases } from '../adapters/postgres/open-databases.ts';
import { PostgresOrderWriter } from '../adapters/postgres/order-writer.ts';
import { NAMED_STATEMENT_LIMITS } from '../adapters/postgres/shard-databases.ts';
import { S3ReceiptStore } from '../adapters/s3-receipt-store.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { Breaker, guardEvents, guardReceipts } from '../domain/breaker.ts';
import { UsersPlace } from '../domain/users-place.ts';
import { authMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { createOrderEndpoint } from './endpoint.ts';

const config = readEnvironment({
  auth: variable('AUTH', authMode),
  stage,
  database: shards,
  receiptsBucket,
  kafka,
  ordersTopic,
});
const log = new StructuredLog();
const events = new KafkaEventPublisher({ ...config.kafka, topic: config.ordersTopic }, log);
// During the init phase. Without Kafka the function starts all the same, and its events wait in the outbox.
const [databases] = await Promise.all([
  openDatabases(config.database, log, NAMED_STATEMENT_LIMITS),
  events.warmUp().catch((error) => log.warn('Kafka does not respond yet', { error })),
]);
const endpoint = createOrderEndpoint(config.auth, {
  places: new UsersPlace(config.database.shards, new PostgresMoves(databases)),
  orders: new PostgresOrderWriter(databases),
  receipts: guardReceipts(new S3ReceiptStore(config.receiptsBucket), new Breaker('The receipts bucket')),
  events: guardEvents(events, new Breaker('Kafka')),
  newId: () => uuidv7(),
  now: () => new Date(),
  metrics: new EmbeddedMetrics(log, config.stage),
  log,
});

export const handler = httpHandler(log, endpoint);
