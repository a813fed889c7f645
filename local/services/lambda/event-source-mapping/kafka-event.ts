import type { KafkaMessage } from 'kafkajs';
import { MAX_PAYLOAD_BYTES } from '../errors.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';

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

/** KafkaJS's types lack the attributes of the record batch. */
type DecodedMessage = KafkaMessage & { readonly batchContext?: { readonly timestampType?: number } };
const LOG_APPEND_TIME = 1;

/** Converts a message of KafkaJS. */
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

/** Room for the rest of an event: ARN, brokers, topic. */
const ENVELOPE_BYTES = 4096;
/** What the records of one event may take up together. */
export const MAX_RECORDS_BYTES = MAX_PAYLOAD_BYTES - ENVELOPE_BYTES;

/**
 * The event that a function receives: https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 *
 * @param records of one topic, ordered by offset within each partition
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

/** How many bytes a record takes up in an event. */
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
