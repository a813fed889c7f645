import * as z from 'zod';
import type { TopicRecord } from '../domain/topic-records.ts';

/** Why the event source mapping gave up. */
export interface Cause {
  /** Lambda's term, e.g. `RetriesExhausted`. */
  readonly condition: string;
  readonly attempts: number | null;
  /** The last invocation with the record; the log of the function has the reason. */
  readonly requestId: string | null;
  /** RFC 3339. */
  readonly at: string;
}

/** As it was on its own topic. */
export interface DeadLetter extends TopicRecord {
  /** `<topic>-<partition>-<offset>` */
  readonly id: string;
  readonly cause: Cause;
  readonly headers: Readonly<Record<string, Buffer[]>>;
}

const base64 = z
  .string()
  .nullish()
  .transform((text) => (text == null ? null : Buffer.from(text, 'base64')));

/** The largest time of a Date, in milliseconds. */
const LATEST_DATE = 8.64e15;

// https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure-destination.html
const failureMessage = z.object({
  requestContext: z.object({
    requestId: z.string().nullish(),
    condition: z.string(),
    approximateInvokeCount: z.number().nullish(),
  }),
  timestamp: z.string(),
  payload: z.object({
    records: z.record(
      z.string(),
      z
        .array(
          z.object({
            topic: z.string(),
            partition: z.int(),
            offset: z.int(),
            timestamp: z.int().max(LATEST_DATE),
            key: base64,
            value: base64,
            headers: z.array(z.record(z.string(), z.array(z.number()))).nullish(),
          }),
        )
        .length(1),
    ),
  }),
});

/** Reads Lambda's message about a record that it gave up on. Anything else on the topic is a dead letter itself. */
export function readDeadLetter(record: TopicRecord): DeadLetter {
  const message = failureMessage.safeParse(parseJson(record.value));
  const [given] = message.success ? Object.values(message.data.payload.records).flat() : [];
  if (!message.success || given === undefined) {
    const cause = { condition: 'NotFromLambda', attempts: null, requestId: null, at: record.timestamp.toISOString() };
    return { ...record, id: idOf(record), cause, headers: {} };
  }
  const { requestContext, timestamp: at } = message.data;
  const { condition, approximateInvokeCount: attempts = null, requestId = null } = requestContext;
  return {
    ...given,
    id: idOf(given),
    timestamp: new Date(given.timestamp),
    cause: { condition, attempts, requestId, at },
    headers: headersOf(given.headers ?? []),
  };
}

function idOf({ topic, partition, offset }: Pick<TopicRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}-${partition}-${offset}`;
}

function headersOf(list: readonly Readonly<Record<string, readonly number[]>>[]): Record<string, Buffer[]> {
  const byName = Map.groupBy(
    list.flatMap((header) => Object.entries(header)),
    ([name]) => name,
  );
  return Object.fromEntries(byName.entries().map(([name, all]) => [name, all.map(([, bytes]) => Buffer.from(bytes))]));
}

function parseJson(value: Buffer | null): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
}
