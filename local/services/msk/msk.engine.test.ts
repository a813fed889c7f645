import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createTopic } from '../../../tests/support/topics.ts';
import { consume, mskClient, operatorClient, send } from './msk-fixture.ts';

const access = inject('kafka');

async function newTopic(partitions: number): Promise<string> {
  const topic = crypto.randomUUID();
  await createTopic(operatorClient(access), topic, partitions);
  return topic;
}

describe('Kafka behind the sign-in listener', () => {
  it('takes records from a client with an MSK IAM token and gives them to another', async () => {
    const topic = await newTopic(3);
    const received = await consume(mskClient(access), topic);
    await send(mskClient(access), topic, 'first', 'second');
    await expect.poll(() => received).toEqual(['first', 'second']);
  });

  it('passes on more than fits into one piece, in both directions', async () => {
    const topic = await newTopic(1);
    const value = 'x'.repeat(900_000);
    await send(mskClient(access), topic, value);
    const received = await consume(mskClient(access), topic);
    await expect.poll(() => received.map(({ length }) => length)).toEqual([value.length]);
  });

  it('is the address to which the broker sends its clients', async () => {
    const admin = mskClient(access).admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    expect((await admin.describeCluster()).brokers).toEqual([
      expect.objectContaining({ host: '127.0.0.1', port: access.mskPort }),
    ]);
  });

  it('refuses a token that another secret signed', async () => {
    const guessed = { ...access.credentials, secretAccessKey: 'guess' };
    const producer = mskClient({ ...access, credentials: guessed }, { retry: { retries: 0 } }).producer();
    await expect(producer.connect()).rejects.toThrow(/SASL OAUTHBEARER.*Access denied/);
  });
});
