import type { Log } from '../../../../tooling/log.ts';
import { backoffMs, settlesWithin } from '../../../../tooling/timing.ts';
import { type DirectKafka, type KafkaConnection, reasonOf } from '../../msk/service.ts';
import type { Invoke } from '../function-definition.ts';
import { MachineLimit } from '../machine-limit.ts';
import { failureObject } from './failure-object.ts';
import type { FailureDestination } from './failure-record.ts';
import { recordFilter } from './filter/record-filter.ts';
import { GroupMember } from './group-member.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';
import { OnFailureTopic } from './on-failure-topic.ts';
import { PartitionReader } from './partition-reader.ts';
import { PartitionWorker } from './partition-worker.ts';
import { problemOf } from './problem.ts';

/** How many invocations an event poller has at a time: https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html */
const INVOCATIONS_PER_POLLER = 5;
/** How long {@link Poller.start} waits to join the group; joining goes on afterwards. */
const JOIN_WAIT_MS = 2_000;
/** How long a stopping poller waits for running invocations. */
const DRAIN_MS = 5_000;
/** How long closing the connections may take: the broker may be gone. */
const DISCONNECT_MS = 3_000;

export interface PollerOptions {
  readonly mapping: EventSourceMappingDefinition;
  /** Signed in as the function's role. */
  readonly kafka: KafkaConnection;
  /** How records are read, where that is not done at the address that the broker gives. */
  readonly leader?: DirectKafka;
  /** `host:port,host:port`, for the events. */
  readonly bootstrapServers: string;
  readonly invoke: Invoke;
  /** Stores an object, as the function's role. */
  readonly putObject: PutObject;
  /** Throws SourceProblem while the function's role may not have this mapping, or its pollers do not reach the brokers. */
  readonly requireAccess?: () => void;
  /** Takes the mapping's last result, in the words of its API. */
  readonly report?: (result: string) => void;
  readonly log: Log;
}

/** @throws the SDK's error when the bucket does not take it */
export type PutObject = (bucket: string, key: string, body: string) => Promise<void>;

interface Partition {
  readonly worker: PartitionWorker;
  readonly reader: PartitionReader;
}

/**
 * Runs an event source mapping: reads its topic as its consumer group and delivers the records to the function. It gets over
 * lost brokers by itself.
 */
export class Poller {
  readonly #options: PollerOptions;
  readonly #partitions = new Map<number, Partition>();
  readonly #failures: FailureDestination | undefined;
  readonly #filter: ReturnType<typeof recordFilter>;
  readonly #invocations: MachineLimit;
  readonly #stopping = Promise.withResolvers<void>();
  readonly #joined = Promise.withResolvers<void>();
  #stopped = false;
  #member: GroupMember | undefined;
  /** How often the group was joined: only the last time counts. */
  #joins = 0;
  #supervision: Promise<void> | undefined;

  constructor(options: PollerOptions) {
    this.#options = options;
    const { filterPatterns, pollers } = options.mapping;
    this.#failures = failureDestination(options);
    this.#filter = recordFilter(filterPatterns);
    this.#invocations = new MachineLimit(INVOCATIONS_PER_POLLER * (pollers?.maximum ?? Number.POSITIVE_INFINITY));
  }

  /**
   * Resolves when it has joined the group, or after 2 s, because the session of a killed predecessor may have to expire
   * first.
   */
  async start(): Promise<void> {
    this.#supervision = this.#supervise();
    if (!(await settlesWithin(JOIN_WAIT_MS, this.#joined.promise))) this.#debug('still joining the group');
  }

  /** Ends within about 10 s, whatever the broker does; what was processed by then is committed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const partitions = [...this.#partitions.values()];
    for (const { reader, worker } of partitions) {
      reader.stop();
      worker.stop();
    }
    await settlesWithin(DRAIN_MS, Promise.all(partitions.map(({ worker }) => worker.finished)));
    this.#stopping.resolve();
    await this.#supervision;
    await this.#close(this.#failures?.stop());
  }

  /** Keeps a member in the group, and replaces one that has failed. */
  async #supervise(): Promise<void> {
    const { mapping, log } = this.#options;
    for (let failures = 1; !this.#stopped; failures += 1) {
      try {
        await this.#serveAsMember(() => {
          failures = 0;
        });
      } catch (error) {
        if (this.#stopped) return;
        const wait = backoffMs(failures);
        this.#options.report?.(problemOf(error));
        log.warn(`${mapping.consumerGroupId}: ${reasonOf(error)} Retrying in ${Math.round(wait)} ms.`);
        await settlesWithin(wait, this.#stopping.promise);
      }
    }
  }

  /** Reads as a member of the group until the poller stops. @throws what ended the member */
  async #serveAsMember(joined: () => void): Promise<void> {
    this.#options.requireAccess?.();
    const member = new GroupMember(this.#options.kafka, this.#options.mapping);
    this.#member = member;
    const run = member.run(async (partitions) => {
      await this.#assigned(member, partitions);
      joined();
    });
    try {
      await Promise.race([run, this.#stopping.promise]);
    } finally {
      for (const { reader } of this.#partitions.values()) reader.stop();
      await this.#close(member.stop());
    }
  }

  async #close(closing: Promise<void> | undefined): Promise<void> {
    try {
      await settlesWithin(DISCONNECT_MS, closing ?? Promise.resolve());
    } catch (error) {
      // There is no orderly goodbye to a broker that is gone.
      this.#debug(reasonOf(error));
    }
  }

  async #assigned(member: GroupMember, partitions: readonly number[]): Promise<void> {
    this.#joins += 1;
    const join = this.#joins;
    for (const [partition, { worker, reader }] of this.#partitions) {
      reader.stop();
      if (partitions.includes(partition)) continue;
      worker.revoke();
      this.#partitions.delete(partition);
    }
    await Promise.all(
      partitions.map(async (partition) => {
        // What it has held all along, it goes on with: a commit may be under way.
        const offset =
          this.#partitions.get(partition)?.reader.offset ??
          (await member.committedOffset(partition)) ??
          (await member.startingOffset(partition));
        if (!this.#stopped && join === this.#joins) this.#read(member, partition, offset);
      }),
    );
    this.#debug(`reads partitions ${partitions.join(', ')}`);
    this.#joined.resolve();
  }

  #read(member: GroupMember, partition: number, offset: number): void {
    const { kafka, leader, mapping, requireAccess, report, log } = this.#options;
    const worker = this.#partitions.get(partition)?.worker ?? this.#createWorker(partition, offset);
    const reader = new PartitionReader(
      {
        topic: mapping.topic,
        partition,
        findLeader: async () => ({ ...(await member.leaderOf(partition)), connection: kafka, ...leader }),
        startingOffset: () => member.startingOffset(partition),
        requireAccess,
        report,
        worker,
        log,
      },
      offset,
    );
    this.#partitions.set(partition, { worker, reader });
  }

  #createWorker(partition: number, offset: number): PartitionWorker {
    const { mapping, bootstrapServers, log } = this.#options;
    const failures = this.#failures;
    return new PartitionWorker({
      mapping,
      bootstrapServers,
      partition,
      offset,
      invoke: (...call) => this.#invoke(...call),
      log,
      commit: async (processed) => this.#member?.commit(partition, processed),
      sendFailures: failures && ((discard) => failures.send(discard)),
      filter: this.#filter,
    });
  }

  async #invoke(...[functionArn, event, options]: Parameters<Invoke>): ReturnType<Invoke> {
    await this.#invocations.acquire(this, options?.signal);
    try {
      const result = await this.#options.invoke(functionArn, event, options);
      this.#options.report?.(result.functionError ? 'PROBLEM: Function call failed' : 'OK');
      return result;
    } finally {
      this.#invocations.release(this);
    }
  }

  #debug(text: string): void {
    this.#options.log.debug(`${this.#options.mapping.consumerGroupId}: ${text}`);
  }
}

function failureDestination(options: PollerOptions): FailureDestination | undefined {
  const { mapping, bootstrapServers, putObject } = options;
  const { onFailureTopic, onFailureBucket: bucket } = mapping;
  if (onFailureTopic !== undefined) return new OnFailureTopic(onFailureTopic, options);
  if (bucket === undefined) return undefined;
  return {
    send: (discard) => {
      const { key, body } = failureObject(mapping, bootstrapServers, discard, new Date());
      return putObject(bucket, key, body);
    },
    stop: async () => {},
  };
}
