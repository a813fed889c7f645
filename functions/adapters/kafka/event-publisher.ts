import { type Message, Partitioners, type Producer } from 'kafkajs';
import { encodeOrderCreated, ORDER_CREATED, type OrderCreated } from '../../domain/events.ts';
import type { EventPublisher, Log } from '../../domain/ports.ts';
import { type KafkaSettings, kafkaClient } from './client.ts';
import { LastingConnection } from './lasting-connection.ts';

const PUBLISH_TIMEOUT_MS = 2_000;
const WARM_UP_TIMEOUT_MS = 4_000;

/** Events as messages of one topic, keyed by user, so that a user's events stay in order. */
export class KafkaEventPublisher implements EventPublisher {
  readonly #topic: string;
  readonly #connection: LastingConnection<Producer>;

  constructor(settings: KafkaSettings & { readonly topic: string }, log: Log) {
    this.#topic = settings.topic;
    const kafka = kafkaClient(settings, log);
    // Not the idempotent producer: KafkaJS uses a sequence number again after an attempt in doubt, and a broker that had
    // kept that attempt would then drop the next event as a repetition. Consumers cope with repetitions by order id.
    const create = () =>
      kafka.producer({
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
    this.#connection = new LastingConnection(create, log);
  }

  /** Connects and learns where the topic's partitions are, so that the first event does not pay for it. */
  async warmUp(): Promise<void> {
    await this.#connection.use(WARM_UP_TIMEOUT_MS, 'Connecting to Kafka', (producer) => this.#send(producer, []));
  }

  async publish(event: OrderCreated): Promise<void> {
    const message = toMessage(event);
    await this.#connection.use(PUBLISH_TIMEOUT_MS, 'Publishing', (producer) => this.#send(producer, [message]));
  }

  /** Disconnects. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  async #send(producer: Producer, messages: Message[]): Promise<void> {
    await producer.send({ topic: this.#topic, messages, acks: -1, timeout: 1_500 });
  }
}

/** CloudEvents, Kafka binding, binary mode: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md */
export function toMessage(event: OrderCreated): Message {
  return {
    key: event.userId,
    value: encodeOrderCreated(event),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_type: ORDER_CREATED,
      ce_source: '/orderflow/orders',
      ce_id: event.orderId,
      ce_time: event.timestamp.toISOString(),
    },
  };
}
