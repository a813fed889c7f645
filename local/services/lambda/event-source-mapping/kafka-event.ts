import type { KafkaMessage } from 'kafkajs';
import type { EventSourceMappingDefinition } from './event-source-mapping.ts';

/** One record of a partition. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME';
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
}

/** Decoded messages carry the attributes of their record batch, which KafkaJS's types leave out. */
type DecodedMessage = KafkaMessage & { readonly batchContext?: { readonly timestampType?: number } };
const LOG_APPEND_TIME = 1;

/** A record as KafkaJS decodes it. */
export function recordOf(topic: string, partition: number, message: KafkaMessage): KafkaRecord {
  const { batchContext } = message as DecodedMessage;
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    timestampType: batchContext?.timestampType === LOG_APPEND_TIME ? 'LOG_APPEND_TIME' : 'CREATE_TIME',
    key: message.key,
    value: message.value,
    headers: Object.entries(message.headers ?? {}).flatMap(([name, values]) =>
      [values].flat().map((value) => [name, Buffer.from(value ?? '')] as const),
    ),
  };
}

/** Lambda's limit for the payload of an invocation. */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** Room for everything in an event that is no record: ARN, brokers, topic. */
const ENVELOPE_BYTES = 4096;
/** What the records of one event may take together. */
export const MAX_RECORDS_BYTES = MAX_PAYLOAD_BYTES - ENVELOPE_BYTES;

/**
 * The event of an MSK event source mapping.
 *
 * @param records of one topic, in the order of their offsets within each partition
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 */
export function kafkaEvent(
  mapping: EventSourceMappingDefinition,
  bootstrapServers: string,
  records: readonly KafkaRecord[],
) {
  const byPartition = Map.groupBy(records, partitionName);
  return {
    eventSource: 'aws:kafka',
    eventSourceArn: mapping.eventSourceArn,
    bootstrapServers,
    records: Object.fromEntries([...byPartition].map(([name, group]) => [name, group.map(eventRecord)])),
  };
}

/** `orders-3`: how events and partial responses name a partition. */
export function partitionName(record: Pick<KafkaRecord, 'topic' | 'partition'>): string {
  return `${record.topic}-${record.partition}`;
}

/** Bytes that a record takes in an event. */
export function eventBytes(record: KafkaRecord): number {
  return Buffer.byteLength(JSON.stringify(eventRecord(record))) + 1;
}

function eventRecord({ key, value, headers, ...rest }: KafkaRecord) {
  return {
    ...rest,
    ...(key ? { key: key.toString('base64') } : {}),
    ...(value ? { value: value.toString('base64') } : {}),
    headers: headers.map(([name, bytes]) => ({ [name]: [...bytes] })),
  };
}
