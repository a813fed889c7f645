import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestMsk } from '../../../tests/support/engines.ts';
import { inTime } from '../../../tests/support/in-time.ts';
import { createTopic } from '../../../tests/support/topics.ts';
import { TcpRelay } from '../../../tooling/tcp-relay.ts';
import { orderCreated } from '../../domain/events.ts';
import { anOrder } from '../../testing/orders.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { KafkaEventPublisher } from './event-publisher.ts';

const EVENT = orderCreated(anOrder(), { id: 1, from: 'A', to: 'M' });
const dir = mkdtempSync(join(tmpdir(), 'kafka-outage-'));
let msk: Awaited<ReturnType<typeof startTestMsk>>;
let relay: TcpRelay;

beforeAll(async () => {
  msk = await startTestMsk(dir, {}, 0);
  const { credentials, caPem, port, mskPort } = msk.access;
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  process.env.AWS_SESSION_TOKEN = credentials.sessionToken;
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), caPem]);
  await createTopic(new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING }), 'orders', 6);
  relay = await TcpRelay.start(msk.listener.port, mskPort);
});
afterAll(async () => {
  await relay?.stop();
  await msk?.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('Kafka is given up in about two seconds while it is away, and used again when it is back', async () => {
  const brokers = [`localhost:${relay.port}`];
  const settings = { brokers, auth: 'iam', region: 'us-east-1', topic: 'orders' } as const;
  const publisher = new KafkaEventPublisher(settings, new MemoryLog());
  await publisher.warmUp();
  await relay.stop();
  await expect(inTime(3_000, publisher.publish(EVENT))).rejects.toThrow(/^(?!not within)/);
  relay = await TcpRelay.start(msk.listener.port, msk.access.mskPort);
  await publisher.publish(EVENT);
  await publisher.close();
});
