import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import pg from 'pg';
import { OPERATOR_CREDENTIALS, operatorConfig } from '../../local/aws-identity.ts';
import type { OwnAddresses } from '../../scripts/own-addresses.ts';

/** Runs one query on a shard as the operator does: with the printed URL. */
export async function queryShard(
  addresses: Pick<OwnAddresses, 'databases'>,
  database: string,
  sql: string,
  values: unknown[] = [],
) {
  const url = new URL(addresses.databases[database] ?? fail(`no database ${database}`));
  const ssl = url.searchParams.get('sslmode') === 'require' && { rejectUnauthorized: false };
  url.search = '';
  const client = new pg.Client({ connectionString: url.href, ssl });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** The operator's S3 client, with the published key. */
export function operatorS3(
  addresses: Pick<OwnAddresses, 'aws'>,
  secretAccessKey: string = OPERATOR_CREDENTIALS.secretAccessKey,
): S3Client {
  return new S3Client({
    ...operatorConfig(addresses.aws),
    forcePathStyle: true,
    credentials: { ...OPERATOR_CREDENTIALS, secretAccessKey },
  });
}

/** The keys of a bucket below a prefix. */
export async function listKeys(
  addresses: Pick<OwnAddresses, 'aws'>,
  bucket: string,
  prefix: string,
): Promise<string[]> {
  const listed = await operatorS3(addresses).send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return (listed.Contents ?? []).map((object) => object.Key ?? '');
}

/** An object's content type and text. */
export async function readObject(addresses: Pick<OwnAddresses, 'aws'>, bucket: string, key: string) {
  const object = await operatorS3(addresses).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return { contentType: object.ContentType, text: (await object.Body?.transformToString()) ?? '' };
}

/** The operator's Secrets Manager client. */
export function operatorSecrets(addresses: Pick<OwnAddresses, 'aws'>): SecretsManagerClient {
  return new SecretsManagerClient(operatorConfig(addresses.aws));
}

/** The operator's Lambda client. */
export function operatorLambda(addresses: OwnAddresses): LambdaClient {
  return new LambdaClient(operatorConfig(addresses.aws));
}

/** Invokes a function of stage `dev` as the operator does, and gives what it returns. */
export async function invokeFunction(addresses: OwnAddresses, folder: string, payload: object = {}) {
  const FunctionName = `orderflow-dev-${folder}`;
  const response = await operatorLambda(addresses).send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload) }),
  );
  const text = response.Payload?.transformToString() ?? '';
  if (response.FunctionError) throw new Error(`${FunctionName} failed: ${text}`);
  return JSON.parse(text);
}

/**
 * Instead of waiting for the next minute: makes everything in the outbox of all shards due now, and runs the relay, twice
 * at the same time.
 */
export async function relayEverything(addresses: OwnAddresses): Promise<void> {
  const due = `UPDATE outbox SET due_at = now() - interval '1 second'`;
  await Promise.all(Object.keys(addresses.databases).map((database) => queryShard(addresses, database, due)));
  await Promise.all([invokeFunction(addresses, 'relay-outbox'), invokeFunction(addresses, 'relay-outbox')]);
}

/** A record of a topic as the operator's Kafka client sees it. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | undefined;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** The operator's Kafka client, in plaintext and without limits. */
export function operatorKafka(addresses: Pick<OwnAddresses, 'kafka'>): Kafka {
  return new Kafka({ brokers: [addresses.kafka], logLevel: logLevel.NOTHING });
}

/** Appends records to a topic, as anybody might who may write there. */
export async function produce(
  addresses: Pick<OwnAddresses, 'kafka'>,
  topic: string,
  messages: Message[],
): Promise<void> {
  const producer = operatorKafka(addresses).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({ topic, messages });
  } finally {
    await producer.disconnect();
  }
}

/** How many records of a topic a consumer group has not committed yet. */
export async function lagOf(addresses: Pick<OwnAddresses, 'kafka'>, groupId: string, topic: string): Promise<number> {
  const admin = operatorKafka(addresses).admin();
  await admin.connect();
  try {
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const offsets = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    const ends = await admin.fetchTopicOffsets(topic);
    return ends.reduce((lag, { partition, high }) => lag + Number(high) - Math.max(0, offsets.get(partition) ?? 0), 0);
  } finally {
    await admin.disconnect();
  }
}

/** How many records a topic has had. */
export async function countRecords(addresses: OwnAddresses, topic: string): Promise<number> {
  const admin = operatorKafka(addresses).admin();
  await admin.connect();
  try {
    return (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
  } finally {
    await admin.disconnect();
  }
}

/** Reads a topic from its beginning until `enough` says so. */
export async function readTopic(
  addresses: Pick<OwnAddresses, 'kafka'>,
  topic: string,
  enough: (records: readonly TopicRecord[]) => boolean,
  seconds = 60,
): Promise<TopicRecord[]> {
  const consumer = operatorKafka(addresses).consumer({ groupId: `reader-${crypto.randomUUID()}` });
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
          eachMessage: async ({ partition, message }) => {
            records.push({
              partition,
              offset: Number(message.offset),
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
