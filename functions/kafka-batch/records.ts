import type { MSKRecord } from 'aws-lambda';
import type { Log } from '../domain/ports.ts';

/** Which record of which partition. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** What a record says, and where it stands. */
export interface Received<T> {
  readonly place: Place;
  readonly value: T;
  /** W3C trace context of whoever wrote the record, if it was sent along. */
  readonly traceparent: string | undefined;
}

/** A batch, sorted by whether a record means anything. */
export interface ReadBatch<T> {
  readonly readable: readonly Received<T>[];
  readonly unreadable: readonly Place[];
}

/**
 * Reads each record by itself; those that cannot be read are logged.
 *
 * @param read makes sense of a value, or throws; gets empty text for a record without one
 */
export function readRecords<T>(records: readonly MSKRecord[], read: (text: string) => T, log: Log): ReadBatch<T> {
  const readable: Received<T>[] = [];
  const unreadable: Place[] = [];
  for (const record of records) {
    const { topic, partition, offset } = record;
    const place = { topic, partition, offset };
    try {
      readable.push({ place, value: read(textOf(record)), traceparent: headerOf(record, 'traceparent') });
    } catch (error) {
      log.error('a record cannot be read', { ...place, error });
      unreadable.push(place);
    }
  }
  return { readable, unreadable };
}

/** @throws TypeError when the value is not UTF-8 */
function textOf({ value }: { readonly value?: string | null }): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value ?? '', 'base64'));
}

function headerOf({ headers }: { readonly headers?: MSKRecord['headers'] | null }, name: string): string | undefined {
  const bytes = headers?.find((header) => header[name] !== undefined)?.[name];
  return bytes && Buffer.from(bytes).toString();
}
