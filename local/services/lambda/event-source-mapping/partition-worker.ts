import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../../../tooling/log.ts';
import { backoffMs, settlesWithin } from '../../../../tooling/timing.ts';
import { reasonOf } from '../../msk/service.ts';
import { errorTextOf } from '../errors.ts';
import type { Invoke } from '../function-definition.ts';
import { Delivery, deliveryPolicy, type Outcome } from './delivery.ts';
import type { Discard } from './failure-record.ts';
import type { RecordFilter } from './filter/record-filter.ts';
import { kafkaEvent, partitionName } from './kafka-event.ts';
import type { KafkaRecord } from './kafka-record.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';
import { failedRecords } from './partial-response.ts';
import { RecordBuffer } from './record-buffer.ts';

export interface PartitionWorkerOptions {
  readonly mapping: EventSourceMappingDefinition;
  readonly bootstrapServers: string;
  readonly partition: number;
  /** The first offset that it is going to get. */
  readonly offset: number;
  readonly invoke: Invoke;
  readonly log: Log;
  /** Marks everything below the offset as processed. */
  readonly commit: (offset: number) => Promise<void>;
  /** Undefined without an on-failure destination. */
  readonly sendFailures: ((discard: Discard) => Promise<void>) | undefined;
  /** Undefined where the function gets every record. */
  readonly filter?: RecordFilter | undefined;
}

/** Delivers the records of one partition to the function, one batch after the other. */
export class PartitionWorker {
  /** Settles when the worker has stopped and its last invocation is over. */
  readonly finished: Promise<void>;
  readonly #options: PartitionWorkerOptions;
  readonly #buffer: RecordBuffer;
  readonly #stopping = new AbortController();
  #wake = Promise.withResolvers<void>();
  #room = Promise.withResolvers<void>();
  #committed: number | undefined;
  /** What is to be committed next. */
  #uncommitted: number | undefined;
  #committing: Promise<void> | undefined;
  #nextOffset: number;
  /** Everything below is processed, or was left out. */
  #doneOffset: number;
  /** Grows when the partition is lost or the group's position is moved back: earlier batches are no longer committed. */
  #epoch = 0;

  constructor(options: PartitionWorkerOptions) {
    this.#options = options;
    this.#nextOffset = options.offset;
    this.#doneOffset = options.offset;
    const { batchSize, batchingWindowSeconds } = options.mapping;
    this.#buffer = new RecordBuffer(batchSize, batchingWindowSeconds * 1000);
    this.finished = this.#run();
  }

  /** Resolves when the worker wants more records: at once, unless a whole batch waits. */
  async hasRoom(): Promise<void> {
    while (this.#buffer.full && !this.#stopping.signal.aborted) await this.#room.promise;
  }

  /**
   * Takes records, and skips those that it already has, since a rebalance repeats them, and those that the filter leaves out.
   *
   * @param nextOffset the first offset behind them that was not read
   */
  accept(records: readonly KafkaRecord[], nextOffset: number): void {
    const first = records[0];
    if (first && this.#committed !== undefined && first.offset < this.#committed) this.#restartAt(first.offset);
    const { filter = () => true } = this.#options;
    const fresh = records.filter(({ offset, value }) => offset >= this.#nextOffset && filter(value));
    this.#buffer.add(fresh, performance.now());
    // Only now: what could not be taken in comes again.
    this.#nextOffset = Math.max(this.#nextOffset, nextOffset);
    this.#wake.resolve();
  }

  /** Starts no further invocation. */
  stop(): void {
    this.#stopping.abort();
    this.#wake.resolve();
    this.#room.resolve();
  }

  /** Stops because the partition now belongs to another member: nothing more is committed. */
  revoke(): void {
    this.#epoch += 1;
    this.#uncommitted = undefined;
    this.stop();
  }

  #restartAt(offset: number): void {
    this.#options.log.warn(`${this.#name}: the group's position was moved back to ${offset}`);
    this.#epoch += 1;
    this.#committed = offset;
    this.#uncommitted = undefined;
    this.#nextOffset = offset;
    this.#doneOffset = offset;
    this.#buffer.clear();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const due = this.#buffer.dueIn(performance.now());
      // What was left out, with nothing in front of it that the function has yet to process.
      if (due === undefined && this.#nextOffset > this.#doneOffset) this.#commitSoon(this.#nextOffset);
      if (due !== 0) {
        await this.#waitForRecords(due);
        continue;
      }
      const batch = this.#buffer.take();
      this.#room.resolve();
      this.#room = Promise.withResolvers();
      await this.#process(batch, this.#buffer.firstOffset ?? this.#nextOffset);
    }
    await this.#committing;
  }

  /**
   * Carries a batch to its end. What goes wrong here itself costs an attempt, never a record or the run.
   *
   * @param through what is below is done then
   */
  async #process(batch: readonly KafkaRecord[], through: number): Promise<void> {
    const epoch = this.#epoch;
    for (let failures = 1; !this.#stopping.signal.aborted; failures += 1) {
      try {
        const done = await this.#deliver(batch, () => epoch === this.#epoch);
        if (done) this.#commitSoon(through);
        return;
      } catch (error) {
        this.#options.log.error(`${this.#name} ${rangeOf(batch)}: ${(error as Error).stack}`);
        await this.#pause(backoffMs(failures));
      }
    }
  }

  async #waitForRecords(atMostMs: number | undefined): Promise<void> {
    const { promise } = this.#wake;
    await (atMostMs === undefined ? promise : settlesWithin(atMostMs, promise));
    this.#wake = Promise.withResolvers();
  }

  /** @returns whether every record is done; false if the worker stopped or the batch was superseded first */
  async #deliver(batch: readonly KafkaRecord[], isCurrent: () => boolean): Promise<boolean> {
    const delivery = new Delivery(batch, deliveryPolicy(this.#options.mapping));
    while (isCurrent()) {
      const step = delivery.next(Date.now());
      if (step.kind === 'done') return true;
      if (step.kind === 'discard') {
        if (!(await this.#discard(step))) return false;
        continue;
      }
      await this.#pause(step.afterMs);
      if (this.#stopping.signal.aborted) return false;
      delivery.settle(await this.#invoke(step.records));
    }
    return false;
  }

  async #invoke(records: readonly KafkaRecord[]): Promise<Outcome> {
    const { mapping, bootstrapServers, invoke, log } = this.#options;
    const range = `${this.#name} ${rangeOf(records)}`;
    try {
      const event = kafkaEvent(mapping, bootstrapServers, records);
      const result = await invoke(mapping.functionArn, event, { signal: this.#stopping.signal });
      const { requestId, executedVersion, functionError, payload } = result;
      const invocation = { requestId, executedVersion, ...(functionError && { functionError }) };
      if (functionError) {
        log.warn(`${range}: the function failed: ${errorTextOf(payload)}`);
        return { kind: 'function-error', invocation };
      }
      const failed = mapping.reportBatchItemFailures ? failedRecords(payload, records) : [];
      if (failed.length > 0)
        log.warn(`${range}: the function reports ${failed.length} of ${records.length} records as failed`);
      else log.debug(`${range}: processed`);
      return { kind: 'reported', failed, invocation };
    } catch (error) {
      if (!this.#stopping.signal.aborted)
        log.warn(`${range}: the function was not invoked: ${(error as Error).message}`);
      return { kind: 'not-invoked' };
    }
  }

  /** Sends records to the on-failure destination, and retries until it accepts them. */
  async #discard(discard: Discard): Promise<boolean> {
    const { sendFailures, log } = this.#options;
    const offsets = discard.records.map(({ offset }) => offset).join(', ');
    log.error(`${this.#name}: discarded offsets ${offsets} (${discard.condition})`);
    if (!sendFailures) return true;
    for (let failures = 1; !this.#stopping.signal.aborted; failures += 1) {
      try {
        await sendFailures(discard);
        return true;
      } catch (error) {
        log.warn(`${this.#name}: the on-failure destination did not take ${offsets}: ${reasonOf(error)}`);
        await this.#pause(backoffMs(failures));
      }
    }
    return false;
  }

  /** Commits without holding up the next batch. While one commit is under way, the latest offset waits and stands for all. */
  #commitSoon(offset: number): void {
    this.#doneOffset = offset;
    this.#uncommitted = offset;
    this.#committing ??= this.#commitAll();
  }

  async #commitAll(): Promise<void> {
    for (let offset = this.#uncommitted; offset !== undefined; offset = this.#uncommitted) {
      this.#uncommitted = undefined;
      try {
        await this.#options.commit(offset);
        this.#committed = offset;
      } catch (error) {
        // The next commit covers these records too. Until then they may come again, as event source mappings allow.
        this.#options.log.warn(`${this.#name}: offset ${offset} was not committed: ${reasonOf(error)}`);
      }
    }
    this.#committing = undefined;
  }

  /** Waits, at most until the worker stops. */
  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  get #name(): string {
    return partitionName({ topic: this.#options.mapping.topic, partition: this.#options.partition });
  }
}

function rangeOf(records: readonly KafkaRecord[]): string {
  return `offsets ${records[0]?.offset}..${records.at(-1)?.offset}`;
}
