import { ORDER_CREATED } from '../../contract/events/order-created.ts';
import type { OrderCreated } from '../../domain/events.ts';
import type { EventPublisher, Log } from '../../domain/ports.ts';
import type { KafkaSettings } from './client.ts';
import { cloudEventMessage, traceparent } from './cloud-event.ts';
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
    return this.#producer.send(events.map((event) => cloudEventMessage(ORDER_CREATED, event, trace)));
  }

  /** Disconnects. */
  close(): Promise<void> {
    return this.#producer.close();
  }
}
