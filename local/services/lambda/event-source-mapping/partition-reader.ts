import { Connection, findErrorBy, GenericError, UnsupportedCompressionError } from '@platformatic/kafka';
import type { Log } from '../../../../tooling/log.ts';
import { backoffMs, settlesWithin } from '../../../../tooling/timing.ts';
import { type DirectKafka, guardedConnection, reasonOf } from '../../msk/service.ts';
import { fetchRecords } from './fetch.ts';
import { partitionName } from './kafka-event.ts';
import type { PartitionWorker } from './partition-worker.ts';
import { problemOf, SourceProblem } from './problem.ts';

/** A thousand small records at once. Compressed, a batch can be a thousand times as large as what is fetched. */
const MAX_BYTES = 512 * 1024;
/** Makes the broker send one batch alone. */
const ONE_BATCH = 1;

export interface PartitionReaderOptions {
  readonly topic: string;
  readonly partition: number;
  /** The leader of the partition. */
  readonly findLeader: () => Promise<DirectKafka>;
  /** Where to read on when the offset is not on the topic any more. */
  readonly startingOffset: () => Promise<number>;
  readonly requireAccess?: (() => void) | undefined;
  readonly report?: ((result: string) => void) | undefined;
  readonly worker: Pick<PartitionWorker, 'accept' | 'hasRoom'>;
  readonly log: Log;
}

/**
 * Reads one partition for its worker, over a connection of its own: whatever is wrong with its records costs no other
 * partition anything. It reads no further than the worker has room, and goes on by itself after every failure.
 */
export class PartitionReader {
  readonly #options: PartitionReaderOptions;
  readonly #stopping = Promise.withResolvers<void>();
  #stopped = false;
  #offset: number;
  #maxBytes = MAX_BYTES;
  /** The offset that was last logged as such. */
  #unreadable: number | undefined;
  #leader: Connection | undefined;

  /** @param offset the first one to read */
  constructor(options: PartitionReaderOptions, offset: number) {
    this.#options = options;
    this.#offset = offset;
    void this.#run();
  }

  /** The next offset to read. */
  get offset(): number {
    return this.#offset;
  }

  stop(): void {
    this.#stopped = true;
    this.#stopping.resolve();
    this.#disconnect();
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopped; ) {
      try {
        await this.#options.worker.hasRoom();
        await this.#readOnce();
        failures = 0;
      } catch (error) {
        if (this.#stopped) return;
        failures += 1;
        await this.#recover(error as Error, failures);
      }
    }
  }

  async #readOnce(): Promise<void> {
    if (this.#stopped) return;
    const { topic, partition, worker, requireAccess } = this.#options;
    requireAccess?.();
    const { records, nextOffset } = await fetchRecords(await this.#connect(), {
      topic,
      partition,
      offset: this.#offset,
      maxBytes: this.#maxBytes,
    });
    if (this.#stopped) return;
    worker.accept(records, nextOffset);
    // Only now: what could not be taken in is read again.
    this.#offset = nextOffset;
    this.#maxBytes = MAX_BYTES;
  }

  async #recover(error: Error, failures: number): Promise<void> {
    const { log, report, startingOffset } = this.#options;
    if (findErrorBy(error, 'apiId', 'OFFSET_OUT_OF_RANGE')) {
      const lost = this.#offset;
      this.#offset = await startingOffset().catch(() => lost);
      if (this.#offset !== lost)
        log.warn(`${this.#name}: offset ${lost} is not on the topic any more; reading on from ${this.#offset}.`);
    } else if (!concernsRecords(error)) {
      // A leader that has moved or is gone is found at the next attempt; a refusal may stay.
      const passes = findErrorBy(error, 'canRetry', true) !== null;
      log[passes ? 'debug' : 'warn'](`${this.#name}: ${reasonOf(error)}`);
      if (!passes) report?.(problemOf(error));
      this.#disconnect();
    } else if (this.#maxBytes > ONE_BATCH) {
      // What is before the batch in question must not wait for it.
      this.#maxBytes = ONE_BATCH;
      return;
    } else if (this.#unreadable !== this.#offset) {
      this.#unreadable = this.#offset;
      log.error(
        `${this.#name}: the records at offset ${this.#offset} cannot be read: ${reasonOf(error)} This partition waits, the ` +
          'others go on. To have it read on, delete its records up to there with a Kafka admin client.',
      );
    }
    await settlesWithin(backoffMs(failures), this.#stopping.promise);
  }

  async #connect(): Promise<Connection> {
    if (this.#leader?.isConnected()) return this.#leader;
    const { host, port, connection: options } = await this.#options.findLeader();
    const connection = guardedConnection(new Connection(options.clientId, options));
    await connection.connect(host, port);
    if (this.#stopped) void connection.close();
    this.#leader = connection;
    return connection;
  }

  #disconnect(): void {
    this.#leader?.socket.destroy();
    this.#leader = undefined;
  }

  get #name(): string {
    return partitionName(this.#options);
  }
}

/** Whether the cause is what was read, and not the broker or the way to it. */
function concernsRecords(error: Error): boolean {
  if (error instanceof SourceProblem) return false;
  return !GenericError.isGenericError(error as GenericError) || error instanceof UnsupportedCompressionError;
}
