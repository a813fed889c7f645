import { kafka, nonEmpty, ordersTopic, readEnvironment, variable } from '../adapters/environment.ts';
import { TopicProducer } from '../adapters/kafka/topic-producer.ts';
import { KafkaTopicReader } from '../adapters/kafka/topic-reader.ts';
import { loggedHandler } from '../adapters/logged-handler.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { CONSUMER_GROUPS } from '../contract/topics.ts';
import { type Handled, handleDeadLetters, type Listing } from './dead-letters.ts';
import { readCommand } from './input.ts';

const config = readEnvironment({
  kafka,
  ordersTopic,
  deadLetterTopic: variable('ORDERS_DLT_TOPIC', nonEmpty),
  handledTopic: variable('ORDERS_DLT_HANDLED_TOPIC', nonEmpty),
});
const log = new StructuredLog();

/** An operator invokes it through `npm run dlt`. */
export const handler = loggedHandler(log, async (event: unknown): Promise<Listing | Handled> => {
  const command = readCommand(event);
  // Commands are hours apart: connections would not last.
  const orders = new TopicProducer({ ...config.kafka, topic: config.ordersTopic }, log);
  const handled = new TopicProducer({ ...config.kafka, topic: config.handledTopic }, log);
  try {
    return await handleDeadLetters(command, {
      deadLetterTopic: config.deadLetterTopic,
      handledTopic: config.handledTopic,
      topics: new KafkaTopicReader({ ...config.kafka, groupId: CONSUMER_GROUPS.deadLetters }, log),
      orders,
      handled,
      now: () => new Date(),
      log,
    });
  } finally {
    await Promise.all([orders.close(), handled.close()]);
  }
});
