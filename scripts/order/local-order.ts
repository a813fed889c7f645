import { HeadObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { IS_OWNED, ORDER_COLUMNS, type OrderRow, toOrder } from '../../functions/adapters/postgres/order-row.ts';
import { CONSUMER_GROUPS, TOPICS } from '../../functions/contract/topics.ts';
import type { Listing } from '../../functions/dlt/dead-letters.ts';
import { receiptKey } from '../../functions/domain/order.ts';
import { readShardDescription } from '../../functions/domain/shard-map.ts';
import { toOrderBody } from '../../functions/http/order-body.ts';
import type { Addresses } from '../../local/addresses.ts';
import { operatorConfig } from '../../local/aws-identity.ts';
import { UserError } from '../../tooling/errors.ts';
import { OWN_APP } from '../../tooling/own-app.ts';
import { invokeDlt } from '../dlt/dlt-function.ts';
import { operatorQuery } from '../operator-query.ts';
import type { OrderFacts, PublishedEvent } from './order-facts.ts';
import { silenceText } from './silence.ts';

/** A part that does not respond is told as such, and the others are asked all the same. */
const TIMEOUT_MS = 5_000;
/** For starting the function and reading the topic. Its own limit is longer, since it also replays. */
const DLT_LIMIT_MS = 10_000;

const FIND = `
  SELECT ${ORDER_COLUMNS}, placed_in, idempotency_key, renewed_at, receipt_stored_at, event_published_at, event_partition, event_offset,
    order_id IS NOT NULL AS is_outstanding, receipt_pending, event_pending, due_at
  FROM orders LEFT JOIN outbox ON order_id = orders.id
  WHERE orders.id = $1::uuid AND ${IS_OWNED}`;

interface FoundRow extends OrderRow {
  readonly placed_in: string;
  readonly idempotency_key: string | null;
  readonly renewed_at: Date | null;
  readonly receipt_stored_at: Date | null;
  readonly event_published_at: Date | null;
  readonly event_partition: number | null;
  readonly event_offset: string | null;
  readonly is_outstanding: boolean;
  readonly receipt_pending: boolean | null;
  readonly event_pending: boolean | null;
  readonly due_at: Date;
}

/**
 * Looks an order up in every part of a local run.
 *
 * @returns what is known, and a sentence for each part that could not be asked
 * @throws UserError when no shard that responds has it
 */
export async function orderInLocalRun(
  addresses: Addresses,
  dataDir: string,
  id: string,
): Promise<{ facts: OrderFacts; silent: readonly string[] }> {
  const silent: string[] = [];
  const ask = async <T>(part: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      silent.push(silenceText(part, error as Error));
      return undefined;
    }
  };
  const databases = Object.entries(addresses.databases);
  const found = await Promise.all(
    databases.map(([name, url]) => ask(name, async () => ({ name, row: await rowOf(url, id) }))),
  );
  const place = found.find((each) => each?.row !== undefined);
  if (place?.row === undefined) {
    throw new UserError(['There is no order with this id in the shards that respond.', ...silent].join('\n'));
  }
  const { row } = place;
  const order = toOrder(row);
  const event = eventOf(row);
  const [bytes, kafka, deadLetters] = await Promise.all([
    row.receipt_pending ? undefined : ask('S3', () => receiptBytes(addresses, receiptKey(order))),
    ask('Kafka', () => kafkaFacts(addresses, event, readShardDescription(row.placed_in).id - 1)),
    // Of an order that is confirmed, or whose event waits, no dead letter tells anything.
    event === undefined || order.status === 'confirmed'
      ? undefined
      : ask(
          'The function dlt',
          async () => (await invokeDlt({ action: 'list' }, { dataDir }, DLT_LIMIT_MS)) as Listing,
        ),
  ]);
  const deadLetter = deadLetters?.records.find(({ value }) => value?.includes(id));
  return {
    silent,
    facts: {
      shard: place.name,
      order: toOrderBody(order),
      idempotencyKey: row.idempotency_key ?? undefined,
      receipt: row.receipt_pending ? undefined : { storedAt: row.receipt_stored_at?.toISOString(), bytes },
      event: event && { ...event, headers: kafka?.headers },
      confirmedAt: order.status === 'confirmed' ? order.updatedAt.toISOString() : undefined,
      outbox: row.is_outstanding
        ? {
            receiptPending: row.receipt_pending === true,
            eventPending: row.event_pending === true,
            dueAt: row.due_at.toISOString(),
          }
        : undefined,
      renewedAt: row.renewed_at?.toISOString(),
      consumedUpTo: kafka?.consumedUpTo,
      confirmationsWaiting: kafka?.confirmationsWaiting,
      deadLetter: deadLetter?.id,
    },
  };
}

async function rowOf(url: string, id: string): Promise<FoundRow | undefined> {
  const [row] = await operatorQuery<FoundRow>(url, FIND, [id], TIMEOUT_MS);
  return row;
}

function eventOf(row: FoundRow): PublishedEvent | undefined {
  if (row.event_pending && row.event_published_at === null) return undefined;
  return {
    publishedAt: row.event_published_at?.toISOString(),
    partition: row.event_partition ?? undefined,
    offset: row.event_offset === null ? undefined : Number(row.event_offset),
  };
}

/** @returns undefined when there is no such object */
async function receiptBytes({ aws }: Addresses, key: string): Promise<number | undefined> {
  const s3 = new S3Client({ ...operatorConfig(aws), forcePathStyle: true, maxAttempts: 1 });
  try {
    const head = new HeadObjectCommand({ Bucket: OWN_APP.context.receiptsBucket, Key: key });
    return (await s3.send(head, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) })).ContentLength;
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
    throw error;
  } finally {
    s3.destroy();
  }
}

/** @param confirmations the partition of the order's confirmation */
async function kafkaFacts({ clusters }: Addresses, event: PublishedEvent | undefined, confirmations: number) {
  const kafka = new Kafka({
    brokers: Object.values(clusters),
    logLevel: logLevel.NOTHING,
    connectionTimeout: TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS,
    retry: { retries: 1 },
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { partition, offset } = event ?? {};
    const isPlaced = partition !== undefined && offset !== undefined;
    return {
      consumedUpTo: isPlaced
        ? await committedOffset(admin, CONSUMER_GROUPS.orders, TOPICS.orders, partition)
        : undefined,
      confirmationsWaiting: await waitingRecords(
        admin,
        CONSUMER_GROUPS.orderConfirmations,
        TOPICS.orderConfirmations,
        confirmations,
      ),
      headers: isPlaced ? await headersAt(kafka, TOPICS.orders, partition, offset) : undefined,
    };
  } finally {
    await admin.disconnect();
  }
}

async function committedOffset(admin: Admin, groupId: string, topic: string, partition: number): Promise<number> {
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const found = committed?.partitions.find((each) => each.partition === partition);
  return Math.max(0, Number(found?.offset ?? 0));
}

async function waitingRecords(admin: Admin, groupId: string, topic: string, partition: number): Promise<number> {
  const ends = await admin.fetchTopicOffsets(topic);
  const end = Number(ends.find((each) => each.partition === partition)?.high ?? 0);
  return end - (await committedOffset(admin, groupId, topic, partition));
}

/** @returns undefined when the record is no longer there */
async function headersAt(kafka: Kafka, topic: string, partition: number, offset: number) {
  const consumer = kafka.consumer({ groupId: `npm-run-order-${crypto.randomUUID()}` });
  const { promise, resolve } = Promise.withResolvers<Record<string, string> | undefined>();
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: false });
    await consumer.run({
      eachMessage: async ({ partition: from, message }) => {
        if (from !== partition || Number(message.offset) < offset) return;
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
        resolve(Number(message.offset) === offset ? Object.fromEntries(headers) : undefined);
      },
    });
    consumer.seek({ topic, partition, offset: String(offset) });
    const late = setTimeout(() => resolve(undefined), TIMEOUT_MS);
    return await promise.finally(() => clearTimeout(late));
  } finally {
    await consumer.disconnect();
  }
}
