import { brokerList, kafkaAuth, readEnvironment, text } from '../adapters/environment.ts';

/** What consume-orders needs to know, read once at cold start. */
export function readConfig() {
  return readEnvironment({
    STAGE: text,
    AWS_REGION: text,
    KAFKA_BROKERS: brokerList,
    KAFKA_AUTH: kafkaAuth,
    ORDER_CONFIRMATIONS_TOPIC: text,
  });
}
