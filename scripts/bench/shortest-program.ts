import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import pg from 'pg';
import { v7 as newId } from 'uuid';
import { operatorConfig } from '../../local/aws-identity.ts';
import { seededRandom } from '../chaos/random.ts';
import { operatorConnection } from '../operator-query.ts';
import { type Pace, runClosedLoop } from './load/closed-loop.ts';
import { someOrder } from './load/orders.ts';

/** What the program is asked for, as JSON on its command line. */
export interface ShortestRequest extends Pace {
  /** Each has the table `bench.orders`. */
  readonly databases: readonly string[];
  readonly aws: string;
  readonly bucket: string;
  /** `host:port` */
  readonly kafka: string;
  /** Nobody consumes it. */
  readonly topic: string;
  readonly seed: number;
}

// The shortest program that does what creating an order comes to: one process without HTTP or Lambda, which inserts a row, stores an
// object, produces a record and updates the row, with the libraries as their documentation shows them:
// https://node-postgres.com/features/pooling, https://kafka.js.org/docs/producing and
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/example_s3_PutObject_section.html
const { databases, aws, bucket, kafka, topic, seed, ...pace } = JSON.parse(process.argv[2] ?? '') as ShortestRequest;

const INSERT = `
  INSERT INTO bench.orders (id, user_id, product_name, quantity, price, status, created_at, updated_at, placed_in)
  VALUES ($1, $2, $3, $4, $5, 'created', now(), now(), 'shard1 (A-M)')`;
const UPDATE = 'UPDATE bench.orders SET receipt_stored_at = now(), event_published_at = now() WHERE id = $1';

const pools = databases.map((url) => new pg.Pool({ ...operatorConnection(url), max: pace.clients }));
const s3 = new S3Client({ ...operatorConfig(aws), forcePathStyle: true });
const client = new Kafka({ brokers: [kafka], logLevel: logLevel.ERROR });
const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();
const random = seededRandom(seed);

const measured = await runClosedLoop(pace, async (number) => {
  const id = newId();
  const order = someOrder(random);
  const pool = pools[number % pools.length] as pg.Pool;
  await pool.query(INSERT, [id, order.user_id, order.product_name, order.quantity, order.price]);
  const text = JSON.stringify({ id, ...order });
  await Promise.all([
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: `bench/${id}.txt`, Body: text, ContentType: 'text/plain' })),
    producer.send({ topic, messages: [{ key: order.user_id, value: text }] }),
  ]);
  await pool.query(UPDATE, [id]);
  return undefined;
});
console.log(JSON.stringify(measured));
await Promise.all([producer.disconnect(), ...pools.map((pool) => pool.end())]);
