import type { TopicRecord } from '../domain/topic-records.ts';
import { type FailureMessage, readFailureMessage } from './failure-message.ts';

/** Why the event source mapping gave up. */
export interface Cause {
  /** Lambda's term, e.g. `RetriesExhausted`; `NotFromLambda` or `Undecodable` for what was not written by Lambda. */
  readonly condition: string;
  readonly attempts: number | null;
  /** The last invocation with the record; the log of the function has the reason. */
  readonly requestId: string | null;
  /** RFC 3339; null when it is no time that a calendar has. */
  readonly at: string | null;
}

/** As it was on its own topic. */
export interface DeadLetter extends TopicRecord {
  /** `<topic>-<partition>-<offset>` */
  readonly id: string;
  readonly cause: Cause;
  readonly headers: Readonly<Record<string, Buffer[]>>;
  /** A sentence when the value is not here, not even as that of a tombstone. */
  readonly valueMissing?: string;
}

/**
 * Reads Lambda's message about a record that it gave up on. Anything else on the topic is a dead letter itself, and so is a
 * message without its record.
 */
export function readDeadLetter(record: TopicRecord): DeadLetter {
  const itself = { ...record, id: idOf(record), headers: {} };
  if (record.undecodable !== undefined) {
    return { ...itself, cause: ownCause('Undecodable', record), valueMissing: record.undecodable };
  }
  const message = readFailureMessage(record.value);
  if (message === undefined) return { ...itself, cause: ownCause('NotFromLambda', record) };
  const cause = causeOf(message);
  if (message.payload == null) {
    const offset = message.KafkaBatchInfo?.recordInfo.offset;
    const whose = offset === undefined ? 'the record' : `the record with offset ${offset}`;
    const valueMissing = `Lambda wrote about ${whose}, but not the record itself, which was too large for this topic.`;
    return { ...itself, value: null, cause, valueMissing };
  }
  const [given] = Object.values(message.payload.records).flat();
  if (given === undefined) return { ...itself, cause: ownCause('NotFromLambda', record) };
  return { ...given, id: idOf(given), cause, headers: headersOf(given.headers ?? []) };
}

/** RFC 3339; null for a time beyond those of a Date. @param milliseconds since 1970 */
export function timeText(milliseconds: number): string | null {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function causeOf({ requestContext, timestamp: at }: FailureMessage): Cause {
  const { condition, approximateInvokeCount: attempts = null, requestId = null } = requestContext;
  return { condition, attempts, requestId, at };
}

function ownCause(condition: string, { timestamp }: TopicRecord): Cause {
  return { condition, attempts: null, requestId: null, at: timeText(timestamp) };
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
