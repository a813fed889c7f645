import { join } from 'node:path';
import { Connection, Producer } from '@platformatic/kafka';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { fetchRecords } from '../../local/services/lambda/event-source-mapping/fetch.ts';
import { guarded, signedInKafka } from '../../local/services/msk/kafka-client.ts';
import { refusalOf } from '../../local/services/msk/permissions-fixture.ts';
import { loadAuthority } from '../../local/tls/authority.ts';
import { call, newUser, orderOf } from '../support/api.ts';
import { environmentOf } from '../support/function-environment.ts';

const addresses = inject('addresses');
const authority = await loadAuthority(join(inject('dataDir'), 'tls'), 'public');

/** Kafka as a function of the run has it: its address, and its role. */
async function kafkaOf(folder: string) {
  await call(addresses.api, 'POST', '/api/orders', orderOf(newUser('p')));
  const env = await environmentOf(inject('runnerPid'), `orderflow-dev-${folder}`);
  return signedInKafka({
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
      sessionToken: env.AWS_SESSION_TOKEN ?? '',
    },
    bootstrapServers: env.KAFKA_BROKERS ?? '',
    authority,
  });
}

async function read(folder: string, topic: string) {
  const kafka = await kafkaOf(folder);
  const connection = new Connection('test', kafka);
  connection.on('error', () => {});
  onTestFinished(() => connection.close());
  const [host = '', port] = String(kafka.bootstrapBrokers[0]).split(':');
  await connection.connect(host, Number(port));
  return fetchRecords(connection, { topic, partition: 0, offset: 0, maxBytes: 1_000 });
}

async function write(folder: string, topic: string) {
  const producer = guarded(new Producer(await kafkaOf(folder)));
  onTestFinished(() => producer.close());
  return producer.send({ messages: [{ topic, value: Buffer.from('not written by anybody') }] });
}

describe('at the brokers, the role of', () => {
  it('consume-orders reads the topic that it consumes', async () => {
    expect(await refusalOf(read('consume-orders', 'orders'))).toBeUndefined();
  });

  it.each([
    ['consume-orders reads no other topic', read, 'consume-orders', 'order-confirmations'],
    ['consume-orders does not write what it consumes', write, 'consume-orders', 'orders'],
    ['create-order does not read what it writes', read, 'create-order', 'orders'],
    ['create-order writes to no other topic', write, 'create-order', 'order-confirmations'],
  ])('%s', async (_, work, folder, topic) => {
    expect(await refusalOf(work(folder, topic))).toBe('TOPIC_AUTHORIZATION_FAILED');
  });
});
