import type { PartitionerArgs } from 'kafkajs';
import { ORDER_CONFIRMED } from '../../contract/events/order-confirmed.ts';
import { UnknownShardError } from '../../domain/errors.ts';
import type { OrderConfirmed } from '../../domain/events.ts';
import type { ConfirmationPublisher, Log } from '../../domain/ports.ts';
import type { TopicMessage } from '../../domain/topic-records.ts';
import type { KafkaSettings } from './client.ts';
import { cloudEventMessage } from './cloud-event.ts';
import { TopicProducer } from './topic-producer.ts';

/** Publishes to a topic with one partition per shard, so that a shard that is down delays only its own confirmations. */
export class KafkaConfirmationPublisher implements ConfirmationPublisher {
  readonly #producer: TopicProducer;

  constructor(settings: KafkaSettings & { readonly topic: string }, log: Log) {
    this.#producer = new TopicProducer(settings, log, () => partitionOfShard);
  }

  warmUp(): Promise<void> {
    return this.#producer.warmUp();
  }

  async publish(confirmations: readonly OrderConfirmed[]): Promise<void> {
    await this.#producer.send(confirmations.map(toMessage));
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}

/** The confirmation as a message of the topic `order-confirmations`. */
export function toMessage(confirmation: OrderConfirmed): TopicMessage {
  return { ...cloudEventMessage(ORDER_CONFIRMED, confirmation), partition: confirmation.shard - 1 };
}

/** KafkaJS drops a message for a partition that does not exist and reports success, so it is rejected here. */
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
