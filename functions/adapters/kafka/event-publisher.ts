import { ORDER_CREATED } from '../../contract/events/order-created.ts';
import type { OrderCreated } from '../../domain/events.ts';
import type { EventPosition, EventPublisher, Log } from '../../domain/ports.ts';
import type { KafkaSettings } from './client.ts';
import { cloudEventMessage, traceparent } from './cloud-event.ts';
import { TopicProducer } from './topic-producer.ts';

export class KafkaEventPublisher implements EventPublisher {
  readonly #producer: TopicProducer;

  constructor(settings: KafkaSettings & { readonly topic: string }, log: Log) {
    this.#producer = new TopicProducer(settings, log);
  }

  /** Connects, so that the first event does not have to. */
  warmUp(): Promise<void> {
    return this.#producer.warmUp();
  }

  async publish(event: OrderCreated): Promise<EventPosition | undefined> {
    const [position] = await this.#producer.send([cloudEventMessage(ORDER_CREATED, event, traceparent())]);
    return position;
  }

  async publishAll(events: readonly OrderCreated[]): Promise<void> {
    const trace = traceparent();
    await this.#producer.send(events.map((event) => cloudEventMessage(ORDER_CREATED, event, trace)));
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}
