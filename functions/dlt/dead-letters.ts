import { OrderFlowError } from '../domain/errors.ts';
import type { Log } from '../domain/ports.ts';
import type { TopicReader, TopicRecord, TopicWriter } from '../domain/topics.ts';
import { type Cause, type DeadLetter, readDeadLetter } from './dead-letter.ts';
import type { Command } from './input.ts';

/** What of a value is listed. */
const LISTED_BYTES = 2 * 1024;
/** Keeps the answer below the 6 MiB that Lambda takes, with every listed byte escaped. */
const LISTED_RECORDS = 200;

export interface DeadLetterDependencies {
  readonly deadLetterTopic: string;
  readonly handledTopic: string;
  readonly topics: TopicReader;
  /** Where replayed records go. */
  readonly orders: TopicWriter;
  /** Where it is noted which records are done with. */
  readonly handled: TopicWriter;
  readonly now: () => Date;
  readonly log: Log;
}

/** A dead letter as it is listed. */
export interface ListedRecord {
  /** `<topic>-<partition>-<offset>` */
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When it was written to its topic, RFC 3339. */
  readonly timestamp: string;
  readonly cause: Cause;
  readonly key: string | null;
  /** As text, its first 2 KB at most; null for a tombstone. */
  readonly value: string | null;
  /** Bytes of the whole value. */
  readonly size: number;
}

/** What is not handled yet, the first given up first. */
export interface Listing {
  /** 200 at most. */
  readonly records: readonly ListedRecord[];
  readonly total: number;
}

/** What was done to a record. */
export interface Handled {
  readonly id: string;
  readonly action: 'replay' | 'drop';
  /** RFC 3339. */
  readonly at: string;
}

/** No dead letter has this id, or it was handled before. */
export class UnknownDeadLetterError extends OrderFlowError {
  override readonly name = 'UnknownDeadLetterError';
  readonly code = 'unknown_dead_letter';
  readonly retryable = false;
}

/**
 * Carries out what an operator asks of the dead-letter topic. A replayed record is published first and noted as handled
 * afterwards, so that it is not lost when this fails in between; consumers cope with a second replay.
 *
 * @throws UnknownDeadLetterError
 */
export async function handleDeadLetters(
  command: Command,
  dependencies: DeadLetterDependencies,
): Promise<Listing | Handled> {
  if (command.action === 'list') return list(dependencies);
  const { orders, handled, now, log } = dependencies;
  // Before anything is published: what cannot be noted as handled is not begun.
  const [letter] = await Promise.all([find(command.id, dependencies), orders.warmUp(), handled.warmUp()]);
  if (command.action === 'replay') {
    const { key, value, headers } = letter;
    await orders.send([{ key, value: command.value ?? value, headers }]);
  }
  const done: Handled = { id: command.id, action: command.action, at: now().toISOString() };
  await handled.send([{ key: done.id, value: JSON.stringify({ action: done.action, at: done.at }) }]);
  log.info('dead letter handled', { ...done, repaired: command.action === 'replay' && command.value !== undefined });
  return done;
}

async function list(dependencies: DeadLetterDependencies): Promise<Listing> {
  // Only what is listed is kept: the values of all dead letters together may be larger than the memory.
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

/** @returns by id, the notes about what was handled */
async function readTopics(
  { topics, deadLetterTopic, handledTopic }: DeadLetterDependencies,
  visit: (letter: DeadLetter) => void,
): Promise<Map<string, string>> {
  const handled = new Map<string, string>();
  await topics.readToEnd([handledTopic, deadLetterTopic], (record: TopicRecord) => {
    if (record.topic === handledTopic) handled.set(String(record.key), String(record.value));
    else visit(readDeadLetter(record));
  });
  return handled;
}

function toListedRecord({ id, topic, partition, offset, timestamp, cause, key, value }: DeadLetter): ListedRecord {
  return {
    id,
    topic,
    partition,
    offset,
    timestamp: timestamp.toISOString(),
    cause,
    key: listedText(key),
    value: listedText(value),
    size: value?.length ?? 0,
  };
}

function listedText(bytes: Buffer | null): string | null {
  if (bytes === null) return null;
  // A character that the cut goes through is left out.
  return new TextDecoder().decode(bytes.subarray(0, LISTED_BYTES), { stream: bytes.length > LISTED_BYTES });
}
