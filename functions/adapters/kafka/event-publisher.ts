import { encodeOrderCreated, ORDER_CREATED, type OrderCreated } from '../../domain/events.ts';
import type { EventPublisher, Log } from '../../domain/ports.ts';
import type { TopicMessage } from '../../domain/topics.ts';
import { traceparent } from '../trace-context.ts';
import type { KafkaSettings } from './client.ts';
import { cloudEventMessage } from './cloud-event.ts';
import { TopicProducer } from './topic-producer.ts';

/** Events as messages of one topic, keyed by user, so that a user's events stay in order. */
export class KafkaEventPublisher implements EventPublisher {
  readonly #producer: TopicProducer;

  constructor(settings: KafkaSettings & { readonly topic: string }, log: Log) {
    this.#producer = new TopicProducer(settings, log);
  }

  /** Connects, so that the first event does not pay for it. */
  warmUp(): Promise<void> {
    return this.#producer.warmUp();
  }

  publish(event: OrderCreated): Promise<void> {
    return this.publishAll([event]);
  }

  /** Publishes events in their order; when this throws, some of them may have been published. */
  publishAll(events: readonly OrderCreated[]): Promise<void> {
    const trace = traceparent();
    return this.#producer.send(events.map((event) => toMessage(event, trace)));
  }

  /** Disconnects. */
  close(): Promise<void> {
    return this.#producer.close();
  }
}

/** The event as a message of the topic `orders`, published within a trace if there is one. */
export function toMessage(event: OrderCreated, trace?: string): TopicMessage {
  return cloudEventMessage({
    type: ORDER_CREATED,
    source: '/orderflow/orders',
    id: event.orderId,
    time: event.timestamp,
    key: event.userId,
    value: encodeOrderCreated(event),
    traceparent: trace,
  });
}
