import type { MSKRecord } from 'aws-lambda';
import type { Invocation } from '../kafka-batch/pipeline.ts';

/** A recorded event of a Kafka event source mapping, as JSON is imported. */
export interface RecordedEvent {
  readonly records: Readonly<Record<string, readonly object[] | undefined>>;
}

/** The records of a recorded event. */
export function recordsOf({ records }: RecordedEvent): MSKRecord[] {
  return Object.values(records).flatMap((partition) => (partition ?? []) as MSKRecord[]);
}

/**
 * A batch like the first record of a recorded one, at offsets 42, 43, ... of its partition.
 *
 * @param values a record's bytes or text; null for a tombstone
 */
export function batchLike(event: RecordedEvent, ...values: (string | Buffer | null)[]): MSKRecord[] {
  const [first] = recordsOf(event);
  if (first === undefined) throw new Error('The recorded event has no record.');
  return values.map((value, index) => ({
    ...first,
    offset: 42 + index,
    // AWS leaves out the value of a tombstone, whatever the types say.
    value: (value === null ? undefined : Buffer.from(value).toString('base64')) as string,
  }));
}

/** An invocation with plenty of time. */
export const INVOCATION: Invocation = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };
