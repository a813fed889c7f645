import * as z from 'zod';

/** Larger lengths are none of Kafka's or Lambda's, and would make a listing exceed what a function may respond with. */
const topicName = z.string().regex(/^[\w.-]{1,249}$/);
const word = z.string().regex(/^[\w-]{1,64}$/);

const base64 = z
  .string()
  .nullish()
  .transform((text) => (text == null ? null : Buffer.from(text, 'base64')));

const record = z.object({
  topic: topicName,
  partition: z.int(),
  offset: z.int(),
  timestamp: z.int(),
  key: base64,
  value: base64,
  // Not a record of Zod, which passes over a header called __proto__.
  headers: z.array(z.custom<Readonly<Record<string, readonly number[]>>>(isHeader)).nullish(),
});

// https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure-destination.html
const failureMessage = z.object({
  requestContext: z.object({
    requestId: word.nullish(),
    condition: word,
    approximateInvokeCount: z.number().nullish(),
  }),
  timestamp: z.iso.datetime({ offset: true }),
  KafkaBatchInfo: z.object({ recordInfo: z.object({ offset: z.string().regex(/^\d{1,19}$/) }) }).optional(),
  /** Left out when the record is too large for the topic. */
  payload: z.object({ records: z.record(z.string(), z.array(record).length(1)) }).nullish(),
});

export type FailureMessage = z.output<typeof failureMessage>;

/** Lambda's message about a record that it gave up on; undefined when the bytes are none. */
export function readFailureMessage(bytes: Buffer | null): FailureMessage | undefined {
  return failureMessage.safeParse(parseJson(bytes)).data;
}

function isHeader(header: unknown): boolean {
  const isByte = (byte: unknown) => typeof byte === 'number';
  const isBytes = (value: unknown) => Array.isArray(value) && value.every(isByte);
  return typeof header === 'object' && header !== null && Object.values(header).every(isBytes);
}

function parseJson(bytes: Buffer | null): unknown {
  try {
    return JSON.parse(String(bytes));
  } catch {
    return undefined;
  }
}
