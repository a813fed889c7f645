import { setTimeout as wait } from 'node:timers/promises';
import { EmbeddedMetrics } from '../adapters/embedded-metrics.ts';
import { KafkaConfirmationPublisher } from '../adapters/kafka/confirmation-publisher.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { kafkaHandler } from '../kafka-batch/pipeline.ts';
import { readConfig } from './config.ts';
import { consumeOrders } from './consume-orders.ts';

const config = readConfig();
const log = new StructuredLog();
const confirmations = new KafkaConfirmationPublisher(
  {
    brokers: config.KAFKA_BROKERS,
    auth: config.KAFKA_AUTH,
    region: config.AWS_REGION,
    topic: config.ORDER_CONFIRMATIONS_TOPIC,
  },
  log,
);

// Connected while the environment starts; a batch that comes while Kafka does not answer tries again by itself.
await confirmations.warmUp().catch((error) => log.warn('Kafka does not answer yet', { error }));

/** The event source mapping of the topic `orders`. */
export const handler = kafkaHandler(
  log,
  consumeOrders({
    confirmations,
    now: () => new Date(),
    wait,
    metrics: new EmbeddedMetrics(log, config.STAGE),
    log,
  }),
);
