import type { MSKRecord } from 'aws-lambda';
import type { Log } from '../domain/ports.ts';

export interface TopicPartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Received<T> {
  readonly position: TopicPartitionOffset;
  readonly value: T;
  /** W3C trace context of the producer, if sent. */
  readonly traceparent: string | undefined;
}

export interface ReadBatch<T> {
  readonly readable: readonly Received<T>[];
  readonly unreadable: readonly TopicPartitionOffset[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Logs records that cannot be read. @param read throws when it cannot read; gets empty text for a missing value */
export function readRecords<T>(records: readonly MSKRecord[], read: (text: string) => T, log: Log): ReadBatch<T> {
  const readable: Received<T>[] = [];
  const unreadable: TopicPartitionOffset[] = [];
  for (const record of records) {
    const { topic, partition, offset } = record;
    const position = { topic, partition, offset };
    try {
      readable.push({ position, value: read(textOf(record)), traceparent: headerOf(record, 'traceparent') });
    } catch (error) {
      log.error('a record cannot be read', { ...position, error });
      unreadable.push(position);
    }
  }
  return { readable, unreadable };
}

/** @throws TypeError when the value is not UTF-8 */
function textOf({ value }: { readonly value?: string | null }): string {
  return utf8.decode(Buffer.from(value ?? '', 'base64'));
}

function headerOf({ headers }: { readonly headers?: MSKRecord['headers'] | null }, name: string): string | undefined {
  const bytes = headers?.find((header) => header[name] !== undefined)?.[name];
  return bytes && Buffer.from(bytes).toString();
}
