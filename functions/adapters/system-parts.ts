import type { Part } from '../domain/health.ts';
import type { Log } from '../domain/ports.ts';
import { shardName } from '../domain/shard-map.ts';
import type { KafkaSettings } from './kafka/client.ts';
import { KafkaTopicProbe } from './kafka/topic-probe.ts';
import type { ShardDatabases, ShardSettings } from './postgres/shard-databases.ts';
import { S3ReceiptStore } from './s3-receipt-store.ts';

export interface SystemSettings {
  readonly database: ShardSettings;
  readonly receiptsBucket: string;
  readonly kafka: KafkaSettings;
  readonly ordersTopic: string;
}

/** The parts of the system whose state people ask for: each shard, `receipts` and `kafka`. */
export function systemParts(settings: SystemSettings, databases: ShardDatabases, log: Log): Part[] {
  const receipts = new S3ReceiptStore(settings.receiptsBucket);
  const topic = new KafkaTopicProbe({ ...settings.kafka, topic: settings.ordersTopic }, log);
  return [
    ...settings.database.shards.map((shard) => ({ name: shardName(shard), check: () => databases.check(shard) })),
    { name: 'receipts', check: () => receipts.check() },
    { name: 'kafka', check: () => topic.check() },
  ];
}
