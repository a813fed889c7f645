import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestMsk, startTestPostgres } from '../../tests/support/engines.ts';
import { SHARD, TestShard } from '../../tests/support/test-shard.ts';
import { createTopic } from '../../tests/support/topics.ts';
import { sequentialRoundTrips, TcpRelay } from '../../tooling/tcp-relay.ts';
import { KafkaEventPublisher } from '../adapters/kafka/event-publisher.ts';
import { PostgresMoves } from '../adapters/postgres/moves.ts';
import { PostgresOrderWriter } from '../adapters/postgres/order-writer.ts';
import { S3ReceiptStore } from '../adapters/s3-receipt-store.ts';
import { UsersPlace } from '../domain/users-place.ts';
import { anOrder } from '../testing/orders.ts';
import { MemoryLog, MemoryMetrics } from '../testing/ports.ts';
import { createOrder } from './create-order.ts';

const dir = mkdtempSync(join(tmpdir(), 'orderflow-round-trips-'));
const stops: (() => Promise<unknown>)[] = [];
let relays: { postgres: TcpRelay; s3: TcpRelay; kafka: TcpRelay };
let shard: TestShard;

/** A relay in front of a bucket that takes everything. */
async function bucket(): Promise<TcpRelay> {
  const server = http.createServer((request, response) => request.resume().on('end', () => response.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => server.close());
  return TcpRelay.start((server.address() as AddressInfo).port);
}

beforeAll(async () => {
  const postgres = await startTestPostgres(dir);
  stops.push(() => postgres.server.stop());
  shard = await TestShard.create(postgres.access);
  const msk = await startTestMsk(dir, {}, 0);
  stops.push(() => msk.stop());
  const { port, mskPort, caPem, credentials } = msk.access;
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), caPem]);
  await createTopic(new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING }), 'orders', 6);
  relays = {
    postgres: await TcpRelay.start(shard.port),
    s3: await bucket(),
    // The broker sends its clients to this port.
    kafka: await TcpRelay.start(msk.listener.port, mskPort),
  };
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${relays.s3.port}`,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
});

afterAll(async () => {
  await Promise.all(Object.values(relays ?? {}).map((relay) => relay.stop()));
  for (const stop of stops.reverse()) await stop();
  rmSync(dir, { recursive: true, force: true });
});

it('a create takes three round trips one after the other, on the wire: insert, receipt beside event, settle', async () => {
  const log = new MemoryLog();
  const databases = shard.open(shard.secrets(relays.postgres.port), log);
  const events = new KafkaEventPublisher(
    { brokers: [`localhost:${relays.kafka.port}`], auth: 'iam', region: 'us-east-1', topic: 'orders' },
    log,
  );
  let ids = 0;
  const create = () =>
    createOrder(anOrder(), `k${ids}`, {
      places: new UsersPlace([SHARD], new PostgresMoves(databases)),
      orders: new PostgresOrderWriter(databases),
      receipts,
      events,
      newId: () => `019d0f2e-7b5c-7000-8000-${String(++ids).padStart(12, '0')}`,
      now: () => new Date(),
      metrics: new MemoryMetrics(),
      log,
    });
  const receipts = new S3ReceiptStore('order-receipts');
  // The first one opens the connections.
  await events.warmUp();
  await create();
  for (const relay of Object.values(relays)) {
    relay.roundTrips.length = 0;
    relay.delayMs = 100;
  }

  const { delivered } = await create();

  expect(delivered).toEqual({ receipt: true, event: true });
  const { postgres, s3, kafka } = relays;
  expect([postgres.roundTrips.length, s3.roundTrips.length, kafka.roundTrips.length]).toEqual([2, 1, 1]);
  expect(sequentialRoundTrips(Object.values(relays).flatMap((relay) => relay.roundTrips))).toBe(3);
  expect(log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  await Promise.all([databases.close(), events.close()]);
});
