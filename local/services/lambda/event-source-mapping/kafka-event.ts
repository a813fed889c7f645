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

/** Room for the rest of an event: ARN, brokers, topic. */
const ENVELOPE_BYTES = 4096;
/** What the records of one event may take up together. */
export const MAX_RECORDS_BYTES = MAX_PAYLOAD_BYTES - ENVELOPE_BYTES;

/**
 * The event that a function receives, as JSON: https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 *
 * @param records of one topic, ordered by offset within each partition
 */
export function kafkaEvent(
  { eventSourceArn }: Pick<EventSourceMappingDefinition, 'eventSourceArn'>,
  bootstrapServers: string,
  records: readonly KafkaRecord[],
): string {
  const envelope = JSON.stringify({ eventSource: 'aws:kafka', eventSourceArn, bootstrapServers, records: {} });
  const groups = [...Map.groupBy(records, partitionName)].map(
    ([name, group]) => `${JSON.stringify(name)}:[${group.map(recordJson).join(',')}]`,
  );
  return `${envelope.slice(0, -'}}'.length)}${groups.join(',')}}}`;
}

/** `things-3`: how events and partial responses name a partition. */
export function partitionName(record: Pick<KafkaRecord, 'topic' | 'partition'>): string {
  return `${record.topic}-${record.partition}`;
}

/** How many bytes a record takes up in an event. It is counted without making the text: a record can be larger than a string may be. */
export function eventBytes({ key, value, headers, ...rest }: KafkaRecord): number {
  const bare = Buffer.byteLength(JSON.stringify({ ...rest, headers: [] }));
  const fields = [
    ['key', key],
    ['value', value],
  ] as const;
  const encoded = fields.map(([name, bytes]) => (bytes ? `"${name}":"",`.length + base64Length(bytes) : 0));
  // One comma less than there are headers, and one behind the record.
  return sum([bare, ...encoded, ...headers.map(headerBytes)]) + (headers.length > 0 ? 0 : 1);
}

function headerBytes([name, bytes]: readonly [string, Buffer]): number {
  // Each byte in decimal, and a comma in front of all but the first.
  let digits = Math.max(0, bytes.length - 1);
  for (const byte of bytes) digits += byte < 10 ? 1 : byte < 100 ? 2 : 3;
  return Buffer.byteLength(JSON.stringify(name)) + '{:[]},'.length + digits;
}

function base64Length(bytes: Buffer): number {
  return Math.ceil(bytes.length / 3) * 4;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Written by hand, because this is most of the poller's work, and of that most is the bytes of headers. */
function recordJson({ topic, partition, offset, timestamp, timestampType, key, value, headers }: KafkaRecord): string {
  const place = `"topic":${JSON.stringify(topic)},"partition":${partition},"offset":${offset}`;
  const time = `"timestamp":${timestamp},"timestampType":"${timestampType}"`;
  const keyField = key ? `"key":"${key.toString('base64')}",` : '';
  const valueField = value ? `"value":"${value.toString('base64')}",` : '';
  const headerList = headers.map(([name, bytes]) => `{${JSON.stringify(name)}:[${bytes.join(',')}]}`);
  return `{${place},${time},${keyField}${valueField}"headers":[${headerList.join(',')}]}`;
}
