import type { ICustomPartitioner, Producer } from 'kafkajs';
import { DefaultPartitioner, ProducerClient } from 'kafkajs/src/producerClient.js';
import type { EventPosition, Log } from '../../domain/ports.ts';
import type { TopicMessage, TopicWriter } from '../../domain/topic-records.ts';
import { type KafkaSettings, kafkaConfig } from './client.ts';
import { LastingConnection } from './lasting-connection.ts';

const SEND_TIMEOUT_MS = 2_000;
const WARM_UP_TIMEOUT_MS = 4_000;
/** KafkaJS makes one batch of a partition's messages, and a broker takes 1 MiB; an event has 2 KiB at most. */
const MESSAGES_PER_REQUEST = 400;

/** Writes to one topic, by key unless a message or the partitioner names a partition. */
export class TopicProducer implements TopicWriter {
  readonly #topic: string;
  readonly #connection: LastingConnection<Producer>;

  constructor(
    settings: KafkaSettings & { readonly topic: string },
    log: Log,
    createPartitioner: ICustomPartitioner = DefaultPartitioner,
  ) {
    this.#topic = settings.topic;
    const kafka = new ProducerClient(kafkaConfig(settings, log));
    // Not the idempotent producer: after an attempt in doubt, KafkaJS reuses its sequence number. If the broker had kept
    // that attempt, it would drop the next event as a duplicate. Consumers cope with duplicates by order id.
    const create = () => kafka.producer({ maxInFlightRequests: 1, allowAutoTopicCreation: false, createPartitioner });
    this.#connection = new LastingConnection(create, log);
  }

  /** Connects and fetches the topic's metadata, so that the first message does not have to. */
  async warmUp(): Promise<void> {
    await this.#connection.use(WARM_UP_TIMEOUT_MS, 'Connecting to Kafka', (producer) => this.#request(producer, []));
  }

  /**
   * In order. When it throws, some may have been written.
   *
   * @returns for each partition written to, where its first message of a request lies
   * @throws DeadlineExceededError after 2 s per 400 messages
   */
  async send(messages: readonly TopicMessage[]): Promise<EventPosition[]> {
    const positions: EventPosition[] = [];
    for (let first = 0; first < messages.length; first += MESSAGES_PER_REQUEST) {
      const some = messages.slice(first, first + MESSAGES_PER_REQUEST);
      positions.push(
        ...(await this.#connection.use(SEND_TIMEOUT_MS, 'Publishing', (producer) => this.#request(producer, some))),
      );
    }
    return positions;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #request(producer: Producer, messages: readonly TopicMessage[]): Promise<EventPosition[]> {
    const written = await producer.send({ topic: this.#topic, messages: [...messages], acks: -1, timeout: 1_500 });
    return written.flatMap(({ partition, baseOffset }) =>
      baseOffset === undefined ? [] : [{ partition, offset: Number(baseOffset) }],
    );
  }
}
