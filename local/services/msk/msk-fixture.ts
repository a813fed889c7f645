import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { onTestFinished } from 'vitest';
import type { KafkaAccess } from '../../../tests/support/engines.ts';

/** A client as a function has it: the MSK signer's token over TLS. */
export function mskClient({ mskPort, caPem, credentials }: KafkaAccess, more: Partial<KafkaConfig> = {}): Kafka {
  return new Kafka({
    clientId: 'test',
    brokers: [`localhost:${mskPort}`],
    ssl: { ca: caPem },
    sasl: {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => {
        const awsCredentialsProvider = async () => credentials;
        const { token } = await generateAuthTokenFromCredentialsProvider({
          region: 'us-east-1',
          awsCredentialsProvider,
        });
        return { value: token };
      },
    },
    logLevel: logLevel.NOTHING,
    ...more,
  });
}

/** A client that need not sign in. */
export function operatorClient({ port }: KafkaAccess): Kafka {
  return new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING });
}

export async function send(kafka: Kafka, topic: string, ...values: string[]): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  onTestFinished(() => producer.disconnect());
  await producer.send({ topic, messages: values.map((value) => ({ key: 'alice', value })) });
}

/** Reads a topic from its beginning. @returns the values so far, which become more */
export async function consume(kafka: Kafka, topic: string): Promise<readonly string[]> {
  const consumer = kafka.consumer({ groupId: crypto.randomUUID() });
  onTestFinished(() => consumer.disconnect());
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
  return values;
}
