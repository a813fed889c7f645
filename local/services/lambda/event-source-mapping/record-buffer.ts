import { MAX_RECORDS_BYTES } from './kafka-event.ts';
import type { KafkaRecord } from './kafka-record.ts';

interface Entry {
  readonly record: KafkaRecord;
  readonly arrivedAt: number;
}

/** The next records of a partition. A batch is due when it is full, its window is over, or it reaches Lambda's payload limit. */
export class RecordBuffer {
  readonly #batchSize: number;
  readonly #windowMs: number;
  #entries: Entry[] = [];
  #bytes = 0;

  constructor(batchSize: number, windowMs: number) {
    this.#batchSize = batchSize;
    this.#windowMs = windowMs;
  }

  /** Whether a whole batch waits, so that reading ahead is pointless. */
  get full(): boolean {
    return this.#entries.length >= this.#batchSize || this.#bytes >= MAX_RECORDS_BYTES;
  }

  /** Of the first record; undefined when the buffer is empty. */
  get firstOffset(): number | undefined {
    return this.#entries[0]?.record.offset;
  }

  add(records: readonly KafkaRecord[], now: number): void {
    // First: a record that cannot be counted must not leave those in front of it here, since they come again with it.
    const bytes = records.reduce((total, { eventBytes }) => total + eventBytes, 0);
    for (const record of records) this.#entries.push({ record, arrivedAt: now });
    this.#bytes += bytes;
  }

  /** Milliseconds until a batch is due; undefined when the buffer is empty. */
  dueIn(now: number): number | undefined {
    const oldest = this.#entries[0];
    if (!oldest) return undefined;
    return this.full ? 0 : Math.max(0, oldest.arrivedAt + this.#windowMs - now);
  }

  /** Removes the next batch: as many records as fit, and at least one. */
  take(): KafkaRecord[] {
    let bytes = 0;
    let count = 0;
    for (const { record } of this.#entries.slice(0, this.#batchSize)) {
      if (count > 0 && bytes + record.eventBytes > MAX_RECORDS_BYTES) break;
      bytes += record.eventBytes;
      count += 1;
    }
    const taken = this.#entries.slice(0, count);
    this.#entries = this.#entries.slice(count);
    this.#bytes -= bytes;
    return taken.map(({ record }) => record);
  }

  clear(): void {
    this.#entries = [];
    this.#bytes = 0;
  }
}
