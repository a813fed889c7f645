import { setTimeout as wait } from 'node:timers/promises';
import { EmbeddedMetrics } from '../adapters/embedded-metrics.ts';
import { kafka, nonEmpty, readEnvironment, stage, variable } from '../adapters/environment.ts';
import { KafkaConfirmationPublisher } from '../adapters/kafka/confirmation-publisher.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { kafkaHandler } from '../kafka-batch/pipeline.ts';
import { consumeOrders } from './consume-orders.ts';

const config = readEnvironment({ stage, kafka, topic: variable('ORDER_CONFIRMATIONS_TOPIC', nonEmpty) });
const log = new StructuredLog();
const confirmations = new KafkaConfirmationPublisher({ ...config.kafka, topic: config.topic }, log);

// During the init phase. A batch that arrives while Kafka is down retries by itself.
await confirmations.warmUp().catch((error) => log.warn('Kafka does not respond yet', { error }));

/** Invoked for batches of `orders`. */
export const handler = kafkaHandler(
  log,
  consumeOrders({
    confirmations,
    now: () => new Date(),
    wait,
    metrics: new EmbeddedMetrics(log, config.stage),
    log,
  }),
);
