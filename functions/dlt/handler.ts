import type { Context } from 'aws-lambda';
import { TopicProducer } from '../adapters/kafka/topic-producer.ts';
import { KafkaTopicReader } from '../adapters/kafka/topic-reader.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { readConfig } from './config.ts';
import { type Handled, handleDeadLetters, type Listing } from './dead-letters.ts';
import { readCommand } from './input.ts';

const CONSUMER_GROUP = 'order-dlt-group';

const config = readConfig();
const kafka = { brokers: config.KAFKA_BROKERS, auth: config.KAFKA_AUTH, region: config.AWS_REGION };
const log = new StructuredLog();

/** Invoked by an operator, through `npm run dlt`. */
export const handler = async (event: unknown, context: Pick<Context, 'awsRequestId'>): Promise<Listing | Handled> => {
  log.startRequest(context.awsRequestId);
  const command = readCommand(event);
  // Commands are hours apart: connections would not last from one to the next.
  const orders = new TopicProducer({ ...kafka, topic: config.ORDERS_TOPIC }, log);
  const handled = new TopicProducer({ ...kafka, topic: config.ORDERS_DLT_HANDLED_TOPIC }, log);
  try {
    return await handleDeadLetters(command, {
      deadLetterTopic: config.ORDERS_DLT_TOPIC,
      handledTopic: config.ORDERS_DLT_HANDLED_TOPIC,
      topics: new KafkaTopicReader({ ...kafka, groupId: CONSUMER_GROUP }, log),
      orders,
      handled,
      now: () => new Date(),
      log,
    });
  } finally {
    await Promise.all([orders.close(), handled.close()]);
  }
};
