import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { kafka, ordersTopic, readEnvironment, receiptsBucket } from '../adapters/environment.ts';
import { KafkaTopicProbe } from '../adapters/kafka/topic-probe.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { S3ReceiptStore } from '../adapters/s3-receipt-store.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { shardName } from '../domain/shard-map.ts';
import { httpHandler } from '../http/pipeline.ts';
import type { Part } from './check-health.ts';
import { healthEndpoint } from './endpoint.ts';

const config = readEnvironment({ database: shards, receiptsBucket, kafka, ordersTopic });
const log = new StructuredLog();
const orders = new PostgresOrderStore(new ShardDatabases(config.database, new DatabaseSecrets(), log));
const receipts = new S3ReceiptStore(config.receiptsBucket);
const topic = new KafkaTopicProbe({ ...config.kafka, topic: config.ordersTopic }, log);
const parts: readonly Part[] = [
  ...config.database.shards.map((shard) => ({ name: shardName(shard), check: () => orders.check(shard) })),
  { name: 'receipts', check: () => receipts.check() },
  { name: 'kafka', check: () => topic.check() },
];

// Opens all connections during the init phase, so that the first response is not about them.
await Promise.allSettled(parts.map(({ check }) => check()));

export const handler = httpHandler(log, healthEndpoint(parts, log));
