import { type ICustomPartitioner, Partitioners, type Producer } from 'kafkajs';
import type { Log } from '../../domain/ports.ts';
import type { TopicMessage, TopicWriter } from '../../domain/topics.ts';
import { type KafkaSettings, kafkaClient } from './client.ts';
import { LastingConnection } from './lasting-connection.ts';

const SEND_TIMEOUT_MS = 2_000;
const WARM_UP_TIMEOUT_MS = 4_000;
/** KafkaJS makes one batch of a partition's messages, and a broker takes 1 MiB; an event has 2 KiB at most. */
const MESSAGES_PER_REQUEST = 400;

/** Writes messages to one topic, by key unless a message or the partitioner says where. */
export class TopicProducer implements TopicWriter {
  readonly #topic: string;
  readonly #connection: LastingConnection<Producer>;

  constructor(
    settings: KafkaSettings & { readonly topic: string },
    log: Log,
    createPartitioner: ICustomPartitioner = Partitioners.DefaultPartitioner,
  ) {
    this.#topic = settings.topic;
    const kafka = kafkaClient(settings, log);
    // Not the idempotent producer: KafkaJS uses a sequence number again after an attempt in doubt, and a broker that had
    // kept that attempt would then drop the next event as a repetition. Consumers cope with repetitions by order id.
    const create = () => kafka.producer({ maxInFlightRequests: 1, allowAutoTopicCreation: false, createPartitioner });
    this.#connection = new LastingConnection(create, log);
  }

  /** Connects and learns where the topic's partitions are, so that the first message does not pay for it. */
  async warmUp(): Promise<void> {
    await this.#connection.use(WARM_UP_TIMEOUT_MS, 'Connecting to Kafka', (producer) => this.#request(producer, []));
  }

  /**
   * Writes the messages in their order; when this throws, some may have been written.
   *
   * @throws DeadlineExceededError when 400 messages took longer than 2 s; otherwise what KafkaJS throws
   */
  async send(messages: readonly TopicMessage[]): Promise<void> {
    for (let first = 0; first < messages.length; first += MESSAGES_PER_REQUEST) {
      const some = messages.slice(first, first + MESSAGES_PER_REQUEST);
      await this.#connection.use(SEND_TIMEOUT_MS, 'Publishing', (producer) => this.#request(producer, some));
    }
  }

  /** Disconnects. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  async #request(producer: Producer, messages: readonly TopicMessage[]): Promise<void> {
    await producer.send({ topic: this.#topic, messages: [...messages], acks: -1, timeout: 1_500 });
  }
}
