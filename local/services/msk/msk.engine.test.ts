import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createTopic } from '../../../tests/support/topics.ts';
import { cacheDirOf, runDirOf } from '../../../tooling/paths.ts';
import { type Kafka as Broker, startKafka } from '../../engines/kafka/start-kafka.ts';
import { silentLog, waitFor } from '../../testing.ts';
import { loadAuthority } from '../../tls/authority.ts';
import { Authorizer } from '../iam/authorizer.ts';
import { type Credentials, PrincipalStore } from '../iam/principals.ts';
import { type SignInListener, startSignInListener } from './listener.ts';
import { createTokenAuthenticator } from './oauthbearer.ts';

const dir = mkdtempSync(join(tmpdir(), 'msk-'));
const cacheDir = cacheDirOf(process.env);
const authority = await loadAuthority(join(dir, 'tls'), 'public');
const principals = new PrincipalStore();
const arn = 'arn:aws:iam::000000000000:role/create-order';
const credentials = principals.issue({ kind: 'role', name: 'create-order', arn });
let broker: Broker;
let listener: SignInListener;

async function start(operatorPort = 0, mskPort = 0) {
  const runDir = runDirOf(dir);
  broker = await startKafka({ dir: join(dir, 'kafka'), runDir, cacheDir, operatorPort, mskPort, log: silentLog });
}

/** A client as a function has it: the MSK signer's token over TLS. */
function client(signedWith: Credentials = credentials, more: Partial<KafkaConfig> = {}): Kafka {
  return new Kafka({
    clientId: 'test',
    brokers: [`localhost:${listener.port}`],
    ssl: { ca: authority.certificatePem },
    sasl: {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => {
        const awsCredentialsProvider = async () => signedWith;
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

async function send(kafka: Kafka, topic: string, ...values: string[]) {
  const producer = kafka.producer();
  await producer.connect();
  onTestFinished(() => producer.disconnect());
  await producer.send({ topic, messages: values.map((value) => ({ key: 'alice', value })) });
}

async function consume(kafka: Kafka, topic: string, groupId: string): Promise<string[]> {
  const consumer = kafka.consumer({ groupId });
  onTestFinished(() => consumer.disconnect());
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
  return values;
}

function operator(): Kafka {
  return new Kafka({ brokers: [`127.0.0.1:${broker.port}`], logLevel: logLevel.NOTHING });
}

beforeAll(async () => {
  await start();
  listener = await startSignInListener({
    port: broker.mskPort,
    brokerPort: broker.mskBrokerPort,
    certificate: await authority.issue('kafka'),
    authenticate: createTokenAuthenticator({
      principals,
      authorizer: new Authorizer(),
      clusterArn: 'arn:cluster',
    }),
    log: silentLog,
  });
});
afterAll(async () => {
  await listener.stop();
  await broker.stop();
  rmSync(dir, { recursive: true });
});

describe('Kafka behind the sign-in listener', () => {
  it('takes records from a client with an MSK IAM token and gives them to another', async () => {
    await createTopic(operator(), 'orders', 3);
    const received = await consume(client(), 'orders', 'readers');
    await send(client(), 'orders', 'first', 'second');
    await waitFor(() => received.length === 2);
    expect(received).toEqual(['first', 'second']);
  });

  it('passes on more than fits into one piece, in both directions', async () => {
    await createTopic(operator(), 'large', 1);
    const value = 'x'.repeat(900_000);
    await send(client(), 'large', value);
    const received = await consume(client(), 'large', 'large-readers');
    await waitFor(() => received.length === 1);
    expect(received[0]).toHaveLength(value.length);
  });

  it('is the address to which the broker sends its clients', async () => {
    const admin = client().admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    expect((await admin.describeCluster()).brokers).toEqual([
      expect.objectContaining({ host: 'localhost', port: listener.port }),
    ]);
  });

  it('refuses a token that another secret signed, and says why', async () => {
    const guessed = { ...credentials, secretAccessKey: 'guess' };
    const producer = client(guessed, { retry: { retries: 0 } }).producer();
    await expect(producer.connect()).rejects.toThrow(/SASL OAUTHBEARER.*signature/);
  });

  it('lets clients go on by themselves after the broker was killed', async () => {
    await createTopic(operator(), 'survivors', 1);
    const received = await consume(client(), 'survivors', 'survivor-readers');
    const producer = client().producer({ retry: { retries: 30, maxRetryTime: 1_000 } });
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    await producer.send({ topic: 'survivors', messages: [{ value: 'before' }] });
    const pid = broker.pid as number;
    process.kill(pid, 'SIGKILL');
    await producer.send({ topic: 'survivors', messages: [{ value: 'after' }] });
    expect(broker.pid).not.toBe(pid);
    await waitFor(() => received.includes('after'), 30_000);
  });

  it('keeps its records over a stop', async () => {
    await createTopic(operator(), 'kept', 1);
    await send(client(), 'kept', 'still here');
    const { port, mskPort, mskBrokerPort } = broker;
    await broker.stop();
    await start(port, mskPort);
    await listener.stop();
    const certificate = await authority.issue('kafka');
    const authenticate = createTokenAuthenticator({ principals, authorizer: new Authorizer(), clusterArn: '' });
    const brokerPort = broker.mskBrokerPort;
    expect(brokerPort).not.toBe(mskBrokerPort);
    listener = await startSignInListener({ port: mskPort, brokerPort, certificate, authenticate, log: silentLog });
    const received = await consume(client(), 'kept', 'keepers');
    await waitFor(() => received.length === 1);
    expect(received).toEqual(['still here']);
  });
});
