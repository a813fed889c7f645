import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Log } from '../../../../tooling/log.ts';
import { backoffMs, settlesWithin } from '../../../../tooling/timing.ts';
import type { Invoke } from '../function-definition.ts';
import { recordOf } from './kafka-event.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';
import { OnFailureTopic } from './on-failure-topic.ts';
import { PartitionWorker } from './partition-worker.ts';

/** How long {@link Poller.start} waits to join the group; joining goes on afterwards. */
const JOIN_WAIT_MS = 2_000;
/** How long a stopping poller waits for running invocations. */
const DRAIN_MS = 5_000;
/** How long leaving the group and closing connections may take: the broker may be gone. */
const DISCONNECT_MS = 3_000;
/** A killed run leaves a member behind that blocks its successor for this long: the shortest session that brokers accept. */
const SESSION_TIMEOUT_MS = 6_000;
const HEARTBEAT_MS = 1_500;

export interface PollerOptions {
  readonly mapping: EventSourceMappingDefinition;
  /** Signed in as the function's role. */
  readonly kafka: Kafka;
  /** `host:port,host:port`, for the events. */
  readonly bootstrapServers: string;
  readonly invoke: Invoke;
  readonly log: Log;
}

/**
 * Runs an event source mapping: reads its topic as its consumer group and delivers the records to the function. It
 * reconnects to lost brokers.
 */
export class Poller {
  readonly #options: PollerOptions;
  readonly #workers = new Map<number, PartitionWorker>();
  readonly #failureTopic: OnFailureTopic | undefined;
  readonly #stopping = Promise.withResolvers<void>();
  readonly #joined = Promise.withResolvers<void>();
  #stopped = false;
  #consumer: Consumer | undefined;
  #supervision: Promise<void> | undefined;

  constructor(options: PollerOptions) {
    this.#options = options;
    const { onFailureTopic } = options.mapping;
    this.#failureTopic = onFailureTopic ? new OnFailureTopic(options.kafka, onFailureTopic) : undefined;
  }

  /**
   * Resolves when it has joined the group, or after 2 s, because the session of a killed predecessor may have to expire
   * first.
   */
  async start(): Promise<void> {
    this.#supervision = this.#supervise();
    if (!(await settlesWithin(JOIN_WAIT_MS, this.#joined.promise))) {
      this.#options.log.debug(`${this.#options.mapping.consumerGroupId}: still joining the group`);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const workers = [...this.#workers.values()];
    for (const worker of workers) worker.stop();
    await settlesWithin(DRAIN_MS, Promise.all(workers.map(({ finished }) => finished)));
    this.#stopping.resolve();
    await this.#supervision;
    await this.#close(this.#failureTopic?.stop());
  }

  /** Keeps a consumer running, and replaces one that has crashed. */
  async #supervise(): Promise<void> {
    const { log, mapping } = this.#options;
    for (let failures = 1; !this.#stopped; failures += 1) {
      const consumer = this.#createConsumer();
      const crashed = Promise.withResolvers<Error>();
      consumer.on(consumer.events.CRASH, ({ payload }) => crashed.resolve(payload.error));
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        failures = 1;
        this.#assigned(payload.memberAssignment[mapping.topic] ?? []);
      });
      this.#consumer = consumer;
      const error = await Promise.race([this.#consume(consumer, crashed.promise), this.#stopping.promise]);
      await this.#close(consumer.disconnect());
      if (!error || this.#stopped) return;

      const wait = backoffMs(failures);
      log.warn(`${mapping.consumerGroupId}: ${error.message}; retrying in ${Math.round(wait)} ms`);
      await settlesWithin(wait, this.#stopping.promise);
    }
  }

  async #close(closing: Promise<void> | undefined): Promise<void> {
    try {
      await settlesWithin(DISCONNECT_MS, closing ?? Promise.resolve());
    } catch (error) {
      // There is no orderly goodbye to a broker that is gone.
      this.#options.log.debug(`${this.#options.mapping.consumerGroupId}: ${(error as Error).message}`);
    }
  }

  #createConsumer(): Consumer {
    return this.#options.kafka.consumer({
      groupId: this.#options.mapping.consumerGroupId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      metadataMaxAge: 60_000,
      allowAutoTopicCreation: false,
      // Also how long a resumed partition may have to wait.
      maxWaitTimeInMs: 500,
      retry: { restartOnFailure: async () => false },
    });
  }

  /** @returns the error that ended it */
  async #consume(consumer: Consumer, crashed: Promise<Error>): Promise<Error> {
    const { topic, startingPosition } = this.#options.mapping;
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: startingPosition === 'TRIM_HORIZON' });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async (payload) => this.#accept(payload),
      });
      return await crashed;
    } catch (error) {
      return error as Error;
    }
  }

  /** Only buffers the records: a slow call would delay heartbeats and all other partitions. */
  #accept({ batch, resolveOffset }: EachBatchPayload): void {
    const worker = this.#workers.get(batch.partition);
    const last = batch.messages.at(-1);
    if (!worker || !last) return;
    worker.accept(batch.messages.map((message) => recordOf(batch.topic, batch.partition, message)));
    resolveOffset(last.offset);
  }

  #assigned(partitions: readonly number[]): void {
    if (this.#stopped) return;
    for (const [partition, worker] of this.#workers) {
      if (partitions.includes(partition)) continue;
      worker.revoke();
      this.#workers.delete(partition);
    }
    for (const partition of partitions) {
      const worker = this.#workers.get(partition) ?? this.#createWorker(partition);
      this.#workers.set(partition, worker);
      this.#setPaused(partition, worker.full);
    }
    this.#options.log.debug(`${this.#options.mapping.consumerGroupId} reads partitions ${partitions.join(', ')}`);
    this.#joined.resolve();
  }

  #createWorker(partition: number): PartitionWorker {
    const { mapping, bootstrapServers, invoke, log } = this.#options;
    const failureTopic = this.#failureTopic;
    return new PartitionWorker({
      mapping,
      bootstrapServers,
      partition,
      invoke,
      log,
      commit: (offset) => this.#commit(partition, offset),
      setPaused: (paused) => this.#setPaused(partition, paused),
      sendFailures: failureTopic && ((messages) => failureTopic.send(messages)),
    });
  }

  async #commit(partition: number, offset: number): Promise<void> {
    await this.#consumer?.commitOffsets([{ topic: this.#options.mapping.topic, partition, offset: String(offset) }]);
  }

  #setPaused(partition: number, paused: boolean): void {
    const { topic } = this.#options.mapping;
    const held = this.#consumer?.paused().some(({ partitions }) => partitions.includes(partition)) ?? false;
    if (paused === held) return;
    if (paused) this.#consumer?.pause([{ topic, partitions: [partition] }]);
    else this.#consumer?.resume([{ topic, partitions: [partition] }]);
  }
}
