import type { Part } from '../domain/health.ts';
import type { Log } from '../domain/ports.ts';
import { shardName } from '../domain/shard-map.ts';
import { DatabaseSecrets } from './database-secrets.ts';
import { kafka, ordersTopic, receiptsBucket } from './environment.ts';
import type { KafkaSettings } from './kafka/client.ts';
import { KafkaTopicProbe } from './kafka/topic-probe.ts';
import { REQUEST_LIMITS, ShardDatabases, type ShardSettings } from './postgres/shard-databases.ts';
import { S3ReceiptStore } from './s3-receipt-store.ts';
import { shards } from './shard-variables.ts';

/** What a function reads from its environment to reach all parts of the system. */
export const SYSTEM = { database: shards, receiptsBucket, kafka, ordersTopic };

interface SystemSettings {
  readonly database: ShardSettings;
  readonly receiptsBucket: string;
  readonly kafka: KafkaSettings;
  readonly ordersTopic: string;
}

/**
 * Opens all connections, as far as the parts respond, for the init phase: the first response is then not about them.
 *
 * @returns the databases, and the parts whose state people ask for: each shard, `receipts` and `kafka`
 */
export async function openSystem(
  settings: SystemSettings,
  log: Log,
): Promise<{ databases: ShardDatabases; parts: Part[] }> {
  const databases = new ShardDatabases(settings.database, new DatabaseSecrets(), log, REQUEST_LIMITS);
  const receipts = new S3ReceiptStore(settings.receiptsBucket);
  const topic = new KafkaTopicProbe({ ...settings.kafka, topic: settings.ordersTopic }, log);
  const parts = [
    ...settings.database.shards.map((shard) => ({ name: shardName(shard), check: () => databases.check(shard) })),
    { name: 'receipts', check: () => receipts.check() },
    { name: 'kafka', check: () => topic.check() },
  ];
  await Promise.allSettled(parts.map(({ check }) => check()));
  return { databases, parts };
}
