import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { KafkaTopicProbe } from '../adapters/kafka/topic-probe.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { S3ReceiptStore } from '../adapters/s3-receipt-store.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { shardName } from '../domain/shard-map.ts';
import { httpHandler } from '../http/pipeline.ts';
import type { Part } from './check-health.ts';
import { readConfig } from './config.ts';
import { healthEndpoint } from './endpoint.ts';

const config = readConfig();
const log = new StructuredLog();
const orders = new PostgresOrderStore(
  new ShardDatabases({ shards: config.SHARD_MAP, tls: config.DATABASE_TLS }, new DatabaseSecrets(), log),
);
const receipts = new S3ReceiptStore(config.RECEIPTS_BUCKET);
const topic = new KafkaTopicProbe(
  { brokers: config.KAFKA_BROKERS, auth: config.KAFKA_AUTH, region: config.AWS_REGION, topic: config.ORDERS_TOPIC },
  log,
);
const parts: readonly Part[] = [
  ...config.SHARD_MAP.map((shard) => ({ name: shardName(shard), check: () => orders.check(shard) })),
  { name: 'receipts', check: () => receipts.check() },
  { name: 'kafka', check: () => topic.check() },
];

// All connections are opened while the environment starts, so that the first answer is not about them.
await Promise.allSettled(parts.map(({ check }) => check()));

/** `GET /health` */
export const handler = httpHandler(log, healthEndpoint(parts, log));
