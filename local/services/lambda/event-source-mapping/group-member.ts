import { setTimeout as delay } from 'node:timers/promises';
import { Consumer, ListOffsetTimestamps, NetworkError } from '@platformatic/kafka';
import { settlesWithin } from '../../../../tooling/timing.ts';
import { guarded, type KafkaConnection } from '../../msk/service.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';

/** A killed run leaves a member behind that blocks its successor for this long: the shortest session that brokers accept. */
const SESSION_TIMEOUT_MS = 6_000;
const HEARTBEAT_MS = 1_500;
/** How long leaving the group and closing connections may take each: the broker may be gone. */
const LEAVE_MS = 1_500;
/** What is processed in this time is committed at once. After a kill, no more than that comes again. */
const GATHER_MS = 100;
/** How often it looks whether the topic has other partitions. */
const LOOK_MS = 30_000;

type Mapping = Pick<EventSourceMappingDefinition, 'topic' | 'consumerGroupId' | 'startingPosition'>;

/**
 * A member of a mapping's consumer group: tells which partitions it holds, and where to begin with them. It reads none; that is
 * the task of one {@link PartitionReader} each.
 */
export class GroupMember {
  readonly #mapping: Mapping;
  readonly #consumer: Consumer;
  /** By partition. */
  readonly #uncommitted = new Map<number, number>();
  #lastCommit: Promise<void> | undefined;
  #nextCommit: Promise<void> | undefined;
  #looking: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(kafka: KafkaConnection, mapping: Mapping) {
    this.#mapping = mapping;
    this.#consumer = guarded(
      new Consumer({
        ...kafka,
        groupId: mapping.consumerGroupId,
        sessionTimeout: SESSION_TIMEOUT_MS,
        rebalanceTimeout: SESSION_TIMEOUT_MS,
        heartbeatInterval: HEARTBEAT_MS,
      }),
    );
  }

  /**
   * Joins the group, and again after every rebalance.
   *
   * @param assigned called after each time with the partitions that are now its own
   * @returns a promise that never resolves
   * @throws the first error that it cannot get over: the member is to be replaced then
   */
  async run(assigned: (partitions: readonly number[]) => Promise<void>): Promise<never> {
    const { topic } = this.#mapping;
    const { promise: failure, reject } = Promise.withResolvers<never>();
    // A failure may come before anybody waits for it.
    failure.catch(() => {});
    this.#consumer.on('error', reject);
    this.#consumer.on('consumer:group:join', ({ assignments = [] }) => {
      assigned(assignments.find((assignment) => assignment.topic === topic)?.partitions ?? []).catch(reject);
    });
    const partitions = await this.#countPartitions();
    this.#consumer.topics.track(topic);
    await this.#consumer.joinGroup({});
    // An interval that nobody ends would keep the process from ending.
    if (this.#stopped) return failure;
    this.#looking = setInterval(async () => {
      // While the broker is away, nothing is known.
      const now = await this.#countPartitions().catch(() => partitions);
      if (now !== partitions) reject(new Error(`the topic has ${now} partitions now, no longer ${partitions}.`));
    }, LOOK_MS);
    return failure;
  }

  /** Where the group goes on with a partition; undefined when it has committed nothing there. @throws the library's error */
  async committedOffset(partition: number): Promise<number | undefined> {
    const { topic } = this.#mapping;
    const offsets = await this.#consumer.listCommittedOffsets({ topics: [{ topic, partitions: [partition] }] });
    const offset = offsets.get(topic)?.[partition] ?? -1n;
    return offset < 0n ? undefined : Number(offset);
  }

  /** Where the mapping's starting position is in a partition now. @throws the library's error */
  async startingOffset(partition: number): Promise<number> {
    const { startingPosition } = this.#mapping;
    if (startingPosition === 'TRIM_HORIZON') return this.#offsetAt(partition, ListOffsetTimestamps.EARLIEST);
    const offset =
      startingPosition === 'LATEST' ? -1 : await this.#offsetAt(partition, BigInt(Math.round(startingPosition * 1000)));
    // A broker that has nothing that new says -1.
    return offset < 0 ? this.#offsetAt(partition, ListOffsetTimestamps.LATEST) : offset;
  }

  /** The broker that leads a partition now. @throws the library's error */
  async leaderOf(partition: number): Promise<{ host: string; port: number }> {
    const { topic } = this.#mapping;
    const { brokers, topics } = await this.#consumer.metadata({ topics: [topic], forceUpdate: true });
    const broker = brokers.get(topics.get(topic)?.partitions[partition]?.leader ?? -1);
    if (!broker) throw new NetworkError('The partition has no leader.');
    return broker;
  }

  /**
   * Marks everything below the offset as processed: with one request at a time, for all partitions together. The library joins
   * the group anew when a commit comes too late, and many such at once would turn each other out.
   *
   * @throws the library's error
   */
  commit(partition: number, offset: number): Promise<void> {
    this.#uncommitted.set(partition, offset);
    this.#nextCommit ??= this.#commitAfter(this.#lastCommit);
    return this.#nextCommit;
  }

  async #commitAfter(previous: Promise<unknown> | undefined): Promise<void> {
    await Promise.allSettled([previous, delay(GATHER_MS)]);
    this.#lastCommit = this.#nextCommit;
    this.#nextCommit = undefined;
    const { topic } = this.#mapping;
    const offsets = [...this.#uncommitted].map(([partition, offset]) => ({
      topic,
      partition,
      offset: BigInt(offset),
      leaderEpoch: -1,
    }));
    this.#uncommitted.clear();
    await this.#consumer.commit({ offsets });
  }

  /** Leaves the group, if the broker can be reached, and closes all connections. @throws the library's error */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#looking);
    try {
      // Ends the membership also where joining is under way, which closing does not.
      await settlesWithin(LEAVE_MS, Promise.resolve(this.#consumer.leaveGroup(true)));
    } finally {
      await settlesWithin(LEAVE_MS, Promise.resolve(this.#consumer.close(true)));
    }
  }

  /** @param timestamp epoch milliseconds, or one of the library's names for a position */
  async #offsetAt(partition: number, timestamp: bigint): Promise<number> {
    const { topic } = this.#mapping;
    const partitions = { [topic]: [partition] };
    const offsets = await this.#consumer.listOffsets({ topics: [topic], partitions, timestamp });
    return Number(offsets.get(topic)?.[partition] ?? 0n);
  }

  async #countPartitions(): Promise<number> {
    const { topic } = this.#mapping;
    const { topics } = await this.#consumer.metadata({ topics: [topic], forceUpdate: true });
    return topics.get(topic)?.partitionsCount ?? 0;
  }
}
