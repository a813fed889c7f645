import type { EventSourceMappingDefinition } from './event-source-mapping.ts';
import type { KafkaRecord } from './kafka-record.ts';

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
