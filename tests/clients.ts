import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import type { Addresses } from '../local/start.ts';

/** Runs one query on a shard as the operator does: with the printed URL. */
export async function queryShard(addresses: Addresses, database: string, sql: string, values: unknown[] = []) {
  const url = new URL(addresses.databases[database] ?? fail(`no database ${database}`));
  url.search = '';
  const client = new pg.Client({ connectionString: url.href, ssl: { rejectUnauthorized: false } });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** The operator's S3 client, with the published key. */
export function operatorS3(addresses: Addresses): S3Client {
  return new S3Client({
    endpoint: addresses.aws,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

/** The keys of a bucket below a prefix. */
export async function listKeys(addresses: Addresses, bucket: string, prefix: string): Promise<string[]> {
  const listed = await operatorS3(addresses).send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return (listed.Contents ?? []).map((object) => object.Key ?? '');
}

/** An object's content type and text. */
export async function readObject(addresses: Addresses, bucket: string, key: string) {
  const object = await operatorS3(addresses).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return { contentType: object.ContentType, text: (await object.Body?.transformToString()) ?? '' };
}

/** A record of a topic as the operator's Kafka client sees it. */
export interface TopicRecord {
  readonly key: string | undefined;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** Reads a topic from its beginning until `enough` says so. */
export async function readTopic(
  addresses: Addresses,
  topic: string,
  enough: (records: readonly TopicRecord[]) => boolean,
  seconds = 20,
): Promise<TopicRecord[]> {
  const kafka = new Kafka({ brokers: [addresses.kafka], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `reader-${crypto.randomUUID()}` });
  const records: TopicRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not found in ${topic} within ${seconds} s`)), seconds * 1000);
      const finish = () => {
        clearTimeout(timer);
        resolve();
      };
      consumer
        .run({
          eachMessage: async ({ message }) => {
            records.push({
              key: message.key?.toString(),
              value: message.value?.toString() ?? '',
              headers: Object.fromEntries(
                Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
              ),
            });
            if (enough(records)) finish();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records;
}

function fail(message: string): never {
  throw new Error(message);
}
