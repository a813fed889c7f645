import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Log } from '../../../../tooling/log.ts';
import type { Invoke } from '../function-definition.ts';
import type { EventSourceMappingDefinition } from './event-source-mapping.ts';
import { recordOf } from './kafka-event.ts';
import { OnFailureTopic } from './on-failure-topic.ts';
import { PartitionWorker } from './partition-worker.ts';
import { backoffMs, settlesWithin } from './timing.ts';

/** How long {@link startPoller} waits for the group; joining goes on afterwards. */
const JOIN_WAIT_MS = 2_000;
/** How long a running invocation may take once the poller is to stop. */
const DRAIN_MS = 5_000;
/** How long leaving the group and closing connections may take: a broker may be gone. */
const DISCONNECT_MS = 3_000;
/**
 * A run that was killed leaves a member behind, which holds up its successor for this long: the shortest session that
 * brokers accept unless they are told otherwise. Heartbeats go on while functions run.
 */
const SESSION_TIMEOUT_MS = 6_000;
const HEARTBEAT_MS = 1_500;

export interface PollerOptions {
  readonly mapping: EventSourceMappingDefinition;
  /** A client that is signed in as the function's role; its logger is the caller's affair. */
  readonly kafka: Kafka;
  /** As events name them: `host:port,host:port`. */
  readonly bootstrapServers: string;
  readonly invoke: Invoke;
  readonly log: Log;
}

/**
 * Runs an event source mapping: reads its topic as its consumer group and brings the records to the function. Resolves
 * when it has joined the group, at the latest after 2 s: a killed predecessor's place in the group may have to run out first,
 * and records wait in the topic meanwhile. It goes on joining, and copes with lost brokers, by itself.
 */
export async function startPoller(options: PollerOptions): Promise<{ stop(): Promise<void> }> {
  const poller = new Poller(options);
  await poller.start();
  return { stop: () => poller.stop() };
}

class Poller {
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

  /** Keeps a consumer running: whenever one fails for good, another takes its place. */
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
      log.warn(`${mapping.consumerGroupId}: ${error.message}; trying again in ${Math.round(wait)} ms`);
      await settlesWithin(wait, this.#stopping.promise);
    }
  }

  async #close(closing: Promise<void> | undefined): Promise<void> {
    try {
      await settlesWithin(DISCONNECT_MS, closing ?? Promise.resolve());
    } catch (error) {
      // A broker that is gone cannot be left in good order.
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
      // Also the time that a partition whose worker is ready again may have to wait.
      maxWaitTimeInMs: 500,
      retry: { restartOnFailure: async () => false },
    });
  }

  /** @returns what ended it */
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

  /** Only takes the records in: whatever held up this call would hold up heartbeats and all other partitions. */
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
      this.#setFlow(partition, worker.full);
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
      commit: (_, offset) => this.#commit(partition, offset),
      flow: (_, paused) => this.#setFlow(partition, paused),
      sendFailures: failureTopic && ((messages) => failureTopic.send(messages)),
    });
  }

  async #commit(partition: number, offset: number): Promise<void> {
    await this.#consumer?.commitOffsets([{ topic: this.#options.mapping.topic, partition, offset: String(offset) }]);
  }

  #setFlow(partition: number, paused: boolean): void {
    const { topic } = this.#options.mapping;
    const held = this.#consumer?.paused().some(({ partitions }) => partitions.includes(partition)) ?? false;
    if (paused === held) return;
    if (paused) this.#consumer?.pause([{ topic, partitions: [partition] }]);
    else this.#consumer?.resume([{ topic, partitions: [partition] }]);
  }
}
