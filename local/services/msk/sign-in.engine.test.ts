import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Credentials } from '../iam/service.ts';
import { agedMskToken, mskToken } from './msk-fixture.ts';
import * as kafka from './operations-fixture.ts';
import { clusterWithPolicies, refusalOf } from './permissions-fixture.ts';

let cluster: Awaited<ReturnType<typeof clusterWithPolicies>>;
beforeAll(async () => {
  cluster = await clusterWithPolicies(inject('kafka'));
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
