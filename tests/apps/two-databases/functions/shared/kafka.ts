import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js';
import { Kafka, type Message, type Producer } from 'kafkajs';

let connected: Promise<Producer> | undefined;

async function connect(): Promise<Producer> {
  const kafka = new Kafka({
    clientId: process.env.AWS_LAMBDA_FUNCTION_NAME,
    brokers: process.env.KAFKA_BROKERS!.split(','),
    ssl: true,
    sasl: {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => ({
        value: (await generateAuthToken({ region: process.env.AWS_REGION! })).token,
      }),
    },
  });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return producer;
}

export async function produce(messages: Record<string, Message[]>): Promise<void> {
  const topicMessages = Object.entries(messages)
    .filter(([, ofTopic]) => ofTopic.length > 0)
    .map(([topic, ofTopic]) => ({ topic, messages: ofTopic }));
  if (topicMessages.length === 0) return;

  connected ??= connect();
  try {
    await (await connected).sendBatch({ topicMessages, acks: -1 });
  } catch (error) {
    connected = undefined;
    throw error;
  }
}
