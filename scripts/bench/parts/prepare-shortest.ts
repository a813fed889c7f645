import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Kafka, logLevel } from 'kafkajs';
import { operatorConfig } from '../../../local/aws-identity.ts';
import { OWN_APP } from '../../../tooling/own-app.ts';
import { operatorQuery } from '../../operator-query.ts';
import type { OwnAddresses } from '../../own-addresses.ts';
import type { ShortestRequest } from '../shortest-program.ts';

const TOPIC = 'bench-shortest';

/** Makes the table and the topic that the shortest program writes to: those of the system, without triggers and consumers. */
export async function prepareShortest(
  addresses: OwnAddresses,
): Promise<Pick<ShortestRequest, 'databases' | 'aws' | 'bucket' | 'kafka' | 'topic'>> {
  const databases = await masterUrls(addresses);
  for (const url of databases) {
    await operatorQuery(url, 'CREATE SCHEMA bench');
    await operatorQuery(url, 'CREATE TABLE bench.orders (LIKE public.orders INCLUDING ALL)');
  }
  const admin = new Kafka({ brokers: [addresses.kafka], logLevel: logLevel.ERROR }).admin();
  await admin.connect();
  const [orders] = (await admin.fetchTopicMetadata({ topics: ['orders'] })).topics;
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: orders?.partitions.length ?? 1 }] });
  await admin.disconnect();
  return {
    databases,
    aws: addresses.aws,
    bucket: OWN_APP.context.receiptsBucket,
    kafka: addresses.kafka,
    topic: TOPIC,
  };
}

/** The URLs of all shards with the login of their masters, who may do what the application's user may not. */
export async function masterUrls({ aws, databases }: OwnAddresses): Promise<string[]> {
  const client = new SecretsManagerClient(operatorConfig(aws));
  const urls = Object.values(databases).map(async (address, index) => {
    const SecretId = `orderflow/dev/shard${index + 1}/master`;
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    const { username, password } = JSON.parse(SecretString) as { username: string; password: string };
    return Object.assign(new URL(address), { username, password }).href;
  });
  return Promise.all(urls);
}
