import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { onTestFinished, vi } from 'vitest';
import type { KafkaAccess } from '../../../tests/support/engines.ts';
import type { Credentials } from '../iam/service.ts';

type Access = Pick<KafkaAccess, 'mskPort' | 'caPem' | 'credentials'>;

/** The MSK signer's token. */
export async function mskToken(credentials: Credentials, region = 'us-east-1'): Promise<string> {
  const awsCredentialsProvider = async () => credentials;
  return (await generateAuthTokenFromCredentialsProvider({ region, awsCredentialsProvider })).token;
}

/** The same, made so many seconds ago. */
export async function agedMskToken(credentials: Credentials, seconds: number): Promise<string> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - seconds * 1000 });
  try {
    return await mskToken(credentials);
  } finally {
    vi.useRealTimers();
  }
}

/** A client as a function has it: the MSK signer's token over TLS. @param more settings; `token` gives another one */
export function mskClient(
  { mskPort, caPem, credentials }: Access,
  { token = () => mskToken(credentials), ...more }: Partial<KafkaConfig> & { token?: () => Promise<string> } = {},
): Kafka {
  return new Kafka({
    clientId: 'test',
    brokers: [`localhost:${mskPort}`],
    ssl: { ca: caPem },
    sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await token() }) },
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
