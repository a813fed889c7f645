import type { PartitionerArgs } from 'kafkajs';
import { ORDER_CONFIRMED } from '../../contract/events/order-confirmed.ts';
import { UnknownShardError } from '../../domain/errors.ts';
import type { OrderConfirmed } from '../../domain/events.ts';
import type { ConfirmationPublisher, Log } from '../../domain/ports.ts';
import type { TopicMessage } from '../../domain/topics.ts';
import type { KafkaSettings } from './client.ts';
import { cloudEventMessage } from './cloud-event.ts';
import { TopicProducer } from './topic-producer.ts';

/** Confirmations as messages of a topic with one partition per shard, so that a shard that is down delays its own only. */
export class KafkaConfirmationPublisher implements ConfirmationPublisher {
  readonly #producer: TopicProducer;

  constructor(settings: KafkaSettings & { readonly topic: string }, log: Log) {
    this.#producer = new TopicProducer(settings, log, () => partitionOfShard);
  }

  /** Connects, so that the first confirmation does not pay for it. */
  warmUp(): Promise<void> {
    return this.#producer.warmUp();
  }

  publish(confirmations: readonly OrderConfirmed[]): Promise<void> {
    return this.#producer.send(confirmations.map(toMessage));
  }

  /** Disconnects. */
  close(): Promise<void> {
    return this.#producer.close();
  }
}

/** The confirmation as a message of the topic `order-confirmations`. */
export function toMessage(confirmation: OrderConfirmed): TopicMessage {
  return { ...cloudEventMessage(ORDER_CONFIRMED, confirmation), partition: confirmation.shard - 1 };
}

/** KafkaJS drops a message for a partition that does not exist and reports success, so such a one is refused here. */
export function partitionOfShard({
  message,
  partitionMetadata,
}: Pick<PartitionerArgs, 'message' | 'partitionMetadata'>): number {
  const { partition = -1 } = message;
  if (!partitionMetadata.some(({ partitionId }) => partitionId === partition)) {
    throw new UnknownShardError(partition + 1, partitionMetadata.length);
  }
  return partition;
}
