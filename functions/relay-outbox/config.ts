import { brokerList, databaseTls, kafkaAuth, positiveInteger, readEnvironment, text } from '../adapters/environment.ts';
import { shardMap } from '../adapters/shard-map-variable.ts';

/** What relay-outbox needs to know, read once at cold start. */
export function readConfig() {
  return readEnvironment({
    STAGE: text,
    AWS_REGION: text,
    SHARD_MAP: shardMap,
    DATABASE_TLS: databaseTls,
    RECEIPTS_BUCKET: text,
    KAFKA_BROKERS: brokerList,
    KAFKA_AUTH: kafkaAuth,
    ORDERS_TOPIC: text,
    REPUBLISH_AFTER_MINUTES: positiveInteger,
  });
}
