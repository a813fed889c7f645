import { Kafka, logLevel } from 'kafkajs';
import { OWN_APP } from '../../../tooling/own-app.ts';
import { masterUrls } from '../../master-urls.ts';
import { operatorQuery } from '../../operator-query.ts';
import type { OwnAddresses } from '../../own-addresses.ts';
import type { ShortestRequest } from '../shortest-program.ts';

const TOPIC = 'bench-shortest';

/** Makes the table and the topic that the shortest program writes to: those of the system, without triggers and consumers. */
export async function prepareShortest(
  addresses: OwnAddresses,
): Promise<Pick<ShortestRequest, 'databases' | 'aws' | 'bucket' | 'kafka' | 'topic'>> {
  const databases = Object.values(await masterUrls(addresses));
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
