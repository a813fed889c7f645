import { brokerList, kafkaAuth, readEnvironment, text } from '../adapters/environment.ts';

/** What dlt needs to know, read once at cold start. */
export function readConfig() {
  return readEnvironment({
    AWS_REGION: text,
    KAFKA_BROKERS: brokerList,
    KAFKA_AUTH: kafkaAuth,
    ORDERS_TOPIC: text,
    ORDERS_DLT_TOPIC: text,
    ORDERS_DLT_HANDLED_TOPIC: text,
  });
}
