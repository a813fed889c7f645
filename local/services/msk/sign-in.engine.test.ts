import { createConnection } from 'node:net';
import { Connection } from '@platformatic/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import type { Credentials } from '../iam/service.ts';
import { directKafka, guardedConnection } from './kafka-client.ts';
import { agedMskToken, mskToken } from './msk-fixture.ts';
import { readBearerToken, unsecuredMessage } from './oauthbearer.ts';
import * as kafka from './operations-fixture.ts';
import { clusterWithPolicies, refusalOf } from './permissions-fixture.ts';

const access = inject('kafka');
let cluster: Awaited<ReturnType<typeof clusterWithPolicies>>;
beforeAll(async () => {
  cluster = await clusterWithPolicies(access);
});
afterAll(() => cluster?.stop());

const DENIED = /^SASL OAUTHBEARER authentication failed: \[[\da-f-]{36}\]: Access denied$/;
const TOPIC = 'TOPIC_AUTHORIZATION_FAILED';
const DESCRIBE = ['Connect', 'DescribeTopic'];
const PRODUCE = [...DESCRIBE, 'WriteData'];

describe('a client that signs in', () => {
  it.each<[string, (own: Credentials, others: Credentials) => Promise<string>]>([
    ['signed with another secret', (own) => mskToken({ ...own, secretAccessKey: 'guessed' })],
    ['that has expired', (own) => agedMskToken(own, 901)],
    ['for another Region', (own) => mskToken(own, 'eu-west-1')],
    ['of another role, which may not connect', (_, others) => mskToken(others)],
    ["with another role's session", (own, others) => mskToken({ ...own, sessionToken: others.sessionToken ?? '' })],
    ['that is none', async () => 'bm90IGEgdG9rZW4'],
  ])("is refused with MSK's error for a token %s", async (_, newToken) => {
    const names = await cluster.newNames();
    const [role, other] = [cluster.newRole(), cluster.newRole()];
    await role.mayDo(DESCRIBE, names);
    const token = () => newToken(role.credentials, other.credentials);
    const admin = role.client({ token }).admin();
    onTestFinished(() => admin.disconnect());
    expect(await refusalOf(admin.connect())).toMatch(DENIED);
  });

  it('has the rights of the role whose token it is, and no others', async () => {
    const [own, others] = [await cluster.newNames(), await cluster.newNames()];
    const [role, other] = [cluster.newRole(), cluster.newRole()];
    await role.mayDo(PRODUCE, own);
    await other.mayDo(PRODUCE, others);
    expect(await refusalOf(kafka.produce(role, own))).toBeUndefined();
    expect(await refusalOf(kafka.produce(role, others))).toBe(TOPIC);
    expect(await refusalOf(kafka.produce(other, own))).toBe(TOPIC);
  });

  it('loses them at once when its policy does, without a new sign-in', async () => {
    const names = await cluster.newNames();
    const role = cluster.newRole();
    await role.mayDo(PRODUCE, names);
    const producer = role.client().producer();
    onTestFinished(() => producer.disconnect());
    await producer.connect();
    const record = { topic: names.topic, messages: [{ value: 'a record' }] };
    await producer.send(record);
    await role.mayDo(DESCRIBE, names);
    expect(await refusalOf(producer.send(record))).toBe(TOPIC);
    await role.mayDo(PRODUCE, names);
    expect(await refusalOf(producer.send(record))).toBeUndefined();
  });

  it('as the operator may do everything', async () => {
    const names = await cluster.newNames();
    expect(await refusalOf(kafka.produce(cluster.operator, names))).toBeUndefined();
    expect(await refusalOf(kafka.consume(cluster.operator, names))).toBeUndefined();
  });
});

it('the broker itself serves nobody whose token names a user in another claim than the secret one', async () => {
  const listTopics = async (claim: string) => {
    const value = readBearerToken(unsecuredMessage(claim, 'ANONYMOUS'));
    const admin = new Kafka({
      brokers: ['broker:1'],
      // It would send its clients to the sign-in listener.
      socketFactory: ({ onConnect }) => createConnection(access.broker.saslPort, '127.0.0.1', onConnect),
      sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value }) },
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    }).admin();
    onTestFinished(() => admin.disconnect());
    await admin.connect();
    return admin.fetchTopicMetadata({ topics: [] });
  };
  expect(await refusalOf(listTopics(access.broker.userClaim))).toBeUndefined();
  expect(await refusalOf(listTopics('sub'))).toBeDefined();
  expect(await refusalOf(listTopics(access.broker.userClaim.slice(1)))).toBeDefined();
});

it('a connection that has been closed, by whatever side, no longer waits for its next sign-in', async () => {
  const [started, ended] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearInterval')];
  onTestFinished(() => [started, ended].forEach((spy) => void spy.mockRestore()));
  const token = async () => readBearerToken(unsecuredMessage(access.broker.userClaim, 'somebody'));
  const { connection: options } = directKafka({ host: '127.0.0.1', saslPort: access.broker.saslPort }, token);
  const connection = guardedConnection(new Connection('test', options));
  await connection.connect('127.0.0.1', access.broker.saslPort);
  const [signIn] = started.mock.results.filter((_, call) => Number(started.mock.calls[call]?.[1]) > 60_000);
  expect(signIn).toBeDefined();
  connection.socket.destroy();
  await expect.poll(() => ended.mock.calls.flat()).toContain(signIn?.value);
});
