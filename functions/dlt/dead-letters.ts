import { OrderFlowError } from '../domain/errors.ts';
import type { Log } from '../domain/ports.ts';
import type { TopicReader, TopicRecord, TopicWriter } from '../domain/topic-records.ts';
import { type Cause, type DeadLetter, readDeadLetter, timeText } from './dead-letter.ts';
import type { Command } from './input.ts';

const LISTED_BYTES = 2 * 1024;
/** Keeps the response below the 6 MiB that Lambda allows, even if every listed byte is escaped. */
const LISTED_RECORDS = 200;

export interface DeadLetterDependencies {
  readonly deadLetterTopic: string;
  readonly handledTopic: string;
  readonly topics: TopicReader;
  /** For replayed records. */
  readonly orders: TopicWriter;
  /** For notes about handled records. */
  readonly handled: TopicWriter;
  readonly now: () => Date;
  readonly log: Log;
}

export interface ListedRecord {
  /** `<topic>-<partition>-<offset>` */
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When it was written to its topic, RFC 3339; null when it has a time that no calendar has. */
  readonly timestamp: string | null;
  readonly cause: Cause;
  readonly key: string | null;
  /** Its first 2 KiB at most, as text; null for a tombstone, and when it is missing. */
  readonly value: string | null;
  /** Why the value is not known. */
  readonly valueMissing?: string;
  /** Of the whole value, in bytes. */
  readonly size: number;
}

/** Dead letters that are not handled yet, oldest first. */
export interface Listing {
  /** 200 at most. */
  readonly records: readonly ListedRecord[];
  readonly total: number;
}

export interface Handled {
  readonly id: string;
  readonly action: 'replay' | 'drop';
  /** RFC 3339. */
  readonly at: string;
}

export class UnknownDeadLetterError extends OrderFlowError {
  override readonly name = 'UnknownDeadLetterError';
  readonly code = 'unknown_dead_letter';
  readonly retryable = false;
}

export class MissingValueError extends OrderFlowError {
  override readonly name = 'MissingValueError';
  readonly code = 'missing_value';
  readonly retryable = false;

  constructor(id: string, reason: string) {
    super(
      `${id} cannot be replayed as it was. ${reason} Replay it with a value of your own (--value <file>), or drop it.`,
    );
  }
}

/**
 * Publishes a replay before noting it as handled, so that a failure in between loses nothing; consumers cope with a second one.
 *
 * @throws UnknownDeadLetterError when no dead letter has this id or it was handled before; MissingValueError for a replay of
 *   one whose value is not known, without another value
 */
export async function handleDeadLetters(
  command: Command,
  dependencies: DeadLetterDependencies,
): Promise<Listing | Handled> {
  if (command.action === 'list') return list(dependencies);
  const { orders, handled, now, log } = dependencies;
  // Before anything is published: what cannot be noted must not be begun.
  const [letter] = await Promise.all([find(command.id, dependencies), orders.warmUp(), handled.warmUp()]);
  if (command.action === 'replay') {
    const { key, value, headers, valueMissing } = letter;
    if (valueMissing !== undefined && command.value === undefined)
      throw new MissingValueError(command.id, valueMissing);
    await orders.send([{ key, value: command.value ?? value, headers }]);
  }
  const done: Handled = { id: command.id, action: command.action, at: now().toISOString() };
  await handled.send([{ key: done.id, value: JSON.stringify({ action: done.action, at: done.at }) }]);
  log.info('dead letter handled', { ...done, repaired: command.action === 'replay' && command.value !== undefined });
  return done;
}

async function list(dependencies: DeadLetterDependencies): Promise<Listing> {
  // The values of all dead letters together may exceed the memory.
  const listed = new Map<string, ListedRecord>();
  const handled = await readTopics(dependencies, (letter) => listed.set(letter.id, toListedRecord(letter)));
  for (const id of handled.keys()) listed.delete(id);
  return { records: [...listed.values()].slice(0, LISTED_RECORDS), total: listed.size };
}

async function find(id: string, dependencies: DeadLetterDependencies): Promise<DeadLetter> {
  let found: DeadLetter | undefined;
  const handled = await readTopics(dependencies, (letter) => {
    if (letter.id === id) found = letter;
  });
  const note = handled.get(id);
  if (note !== undefined) throw new UnknownDeadLetterError(`The record ${id} was handled before: ${note}`);
  if (found === undefined) {
    throw new UnknownDeadLetterError(`The topic ${dependencies.deadLetterTopic} holds no record ${id}.`);
  }
  return found;
}

/** @returns the notes about handled records, by id */
async function readTopics(
  { topics, deadLetterTopic, handledTopic, log }: DeadLetterDependencies,
  visit: (letter: DeadLetter) => void,
): Promise<Map<string, string>> {
  const handled = new Map<string, string>();
  await topics.readToEnd([handledTopic, deadLetterTopic], (record: TopicRecord) => {
    if (record.topic !== handledTopic) visit(readDeadLetter(record));
    else if (record.undecodable === undefined) handled.set(String(record.key), String(record.value));
    else
      log.warn('notes about handled dead letters cannot be read', {
        offset: record.offset,
        reason: record.undecodable,
      });
  });
  return handled;
}

function toListedRecord({ headers, undecodable, ...letter }: DeadLetter): ListedRecord {
  return {
    ...letter,
    timestamp: timeText(letter.timestamp),
    key: listedText(letter.key),
    value: listedText(letter.value),
    size: letter.value?.length ?? 0,
  };
}

function listedText(bytes: Buffer | null): string | null {
  if (bytes === null) return null;
  // Leaves out a character that is cut in two.
  return new TextDecoder().decode(bytes.subarray(0, LISTED_BYTES), { stream: bytes.length > LISTED_BYTES });
}
