import { brokerList, databaseTls, kafkaAuth, readEnvironment, text } from '../adapters/environment.ts';
import { shardMap } from '../adapters/shard-map-variable.ts';
import { authMode } from '../http/caller.ts';

/** What create-order needs to know, read once at cold start. */
export function readConfig() {
  return readEnvironment({
    AUTH: authMode,
    STAGE: text,
    AWS_REGION: text,
    SHARD_MAP: shardMap,
    DATABASE_TLS: databaseTls,
    RECEIPTS_BUCKET: text,
    KAFKA_BROKERS: brokerList,
    KAFKA_AUTH: kafkaAuth,
    ORDERS_TOPIC: text,
  });
}
