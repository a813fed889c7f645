import type { OrderBody } from '../../functions/contract/http/responses.ts';

/** What is known of an order; undefined where nothing is known. */
export interface OrderFacts {
  readonly shard: string;
  readonly order: OrderBody;
  readonly idempotencyKey?: string | undefined;
  readonly receipt: { readonly storedAt: string | undefined; readonly bytes?: number | undefined } | undefined;
  readonly event: PublishedEvent | undefined;
  readonly confirmedAt: string | undefined;
  readonly outbox?: OutboxEntry | undefined;
  /** When an unconfirmed order's event was last made outstanding again. */
  readonly renewedAt?: string | undefined;
  /** The next offset that the consumer group takes of the event's partition. */
  readonly consumedUpTo?: number | undefined;
  /** How many confirmations of the order's shard wait. */
  readonly confirmationsWaiting?: number | undefined;
  /** The id of its dead letter. */
  readonly deadLetter?: string | undefined;
}

export interface PublishedEvent {
  readonly publishedAt: string | undefined;
  readonly partition?: number | undefined;
  readonly offset?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What the relay still has to do. */
export interface OutboxEntry {
  readonly receiptPending: boolean;
  readonly eventPending: boolean;
  /** When the relay may take it on, at the earliest. */
  readonly dueAt: string;
}
