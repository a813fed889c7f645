import type { OrderConfirmed, OrderCreated } from './events.ts';
import type { Order } from './order.ts';
import type { OrderChanges, OrderQuery } from './order-page.ts';
import type { ShardRange } from './shard-map.ts';

// Every method that takes a shard throws ShardUnavailableError when the shard does not respond.

/** Which effects of an order have taken place. */
export interface Delivered {
  readonly receipt: boolean;
  readonly event: boolean;
}

/** Where a topic keeps an event. */
export interface EventPosition {
  readonly partition: number;
  readonly offset: number;
}

/** What a request has just got done, and how many milliseconds ago: its clock is not the database's. */
export interface JustDelivered {
  readonly receiptAgeMs?: number | undefined;
  readonly eventAgeMs?: number | undefined;
  /** Undefined when the event was not published, or it is not known where to. */
  readonly position?: EventPosition | undefined;
}

/** One attempt at moving a user. */
export interface MoveAttempt {
  readonly userId: string;
  readonly move: number;
  readonly attempt: number;
}

/** Steps of a move that anybody may take who meets a user on the way: docs/moving-users.md. */
export interface MoveSteps {
  /** Settles whether the user has arrived: afterwards nobody can change that. @param peer the source's id */
  refuse(target: ShardRange, attempt: MoveAttempt, peer: number): Promise<'here' | 'refused'>;
  /** The user has arrived at the target. */
  left(source: ShardRange, attempt: MoveAttempt): Promise<unknown>;
  /** The target has refused the user. */
  stay(source: ShardRange, attempt: MoveAttempt): Promise<unknown>;
  /** Takes in a user whom the source called new. */
  welcome(target: ShardRange, userId: string, move: number): Promise<unknown>;
}

export interface Placement {
  /** As it was created: the given order, or the one that an earlier request with the same key placed. */
  readonly order: Order;
  /** The shard as it was then, which responses, receipt and event say for ever. */
  readonly placedIn: ShardRange;
  /** Whether an earlier request placed it. */
  readonly replayed: boolean;
  readonly delivered: Delivered;
  /** How long effects have been outstanding, in milliseconds; 0 when none are. */
  readonly outstandingMs: number;
  /** Whether an older event of the user waits for the relay, which this one must not overtake. */
  readonly eventMustWait: boolean;
}

export interface OrderWriter {
  /**
   * Stores the order and, in the same transaction, an outbox entry for its receipt and event; or finds the order that the user
   * placed with the same key. When it throws, the order may or may not have been stored.
   */
  place(shard: ShardRange, order: Order, idempotencyKey: string | undefined): Promise<Placement>;
  /** Deletes the outbox entry when everything is delivered; otherwise leaves the rest to the relay. Notes what is new. */
  settle(shard: ShardRange, orderId: string, delivered: Delivered, just?: JustDelivered): Promise<void>;
}

export interface OutstandingOrder {
  /** As it was created. */
  readonly order: Order;
  /** The shard as it was when the order was placed. */
  readonly placedIn: ShardRange;
  readonly delivered: Delivered;
  /** Whether its event was published before and is outstanding again, because the order was never confirmed. */
  readonly renewed: boolean;
}

/** Deliveries that are still outstanding. Concurrent callers get different ones. */
export interface Outbox {
  /** Claims overdue orders of some users, each user's oldest first. They are overdue again later unless they are settled. */
  claim(shard: ShardRange): Promise<OutstandingOrder[]>;
  /** @returns those that the shard does not have */
  settleAll(shard: ShardRange, orders: readonly OutstandingOrder[]): Promise<readonly OutstandingOrder[]>;
  /** Makes events of unconfirmed orders outstanding again: after `minutes`, then twice that, and so on. @returns how many */
  renewUnconfirmed(shard: ShardRange, minutes: number): Promise<number>;
  /** The age of the oldest entry, in seconds; 0 when there is none. */
  oldestAgeSeconds(shard: ShardRange): Promise<number>;
}

export interface OrderReader {
  /** Newest first. */
  list(shard: ShardRange, query: OrderQuery): Promise<Order[]>;
  /** What was created or confirmed since then, and for 5 s before it; last changed first. */
  changes(shard: ShardRange, query: OrderQuery, since: Date): Promise<OrderChanges>;
}

export interface FoundOrder {
  readonly order: Order;
  readonly delivered: Delivered;
  readonly way: OrderWay;
}

/** Undefined for what has not happened, and for orders from before these times were kept. */
export interface OrderWay {
  readonly receiptStoredAt: Date | undefined;
  readonly eventPublishedAt: Date | undefined;
  readonly position: EventPosition | undefined;
}

export interface OrderFinder {
  /** @param id a UUID */
  find(shard: ShardRange, id: string): Promise<FoundOrder | undefined>;
}

export interface ReceiptReader {
  /** @throws ReceiptsUnavailableError */
  read(key: string): Promise<string>;
  /** A URL under which anybody can read the receipt for a few minutes. */
  link(key: string): Promise<string>;
}

/** What a token says about its bearer. */
export type Claims = Readonly<Record<string, unknown>>;

export interface TokenVerifier {
  /**
   * @throws InvalidTokenError unless its issuer signed it, it is meant for this system and valid now
   * @throws IssuerUnavailableError when the issuer's keys cannot be fetched
   */
  verify(token: string): Promise<Claims>;
}

export interface ReceiptStore {
  /** Storing the same receipt again changes nothing. */
  put(key: string, text: string): Promise<void>;
}

/** Resolves once as many brokers have the event as the topic asks for. */
export interface EventPublisher {
  publish(event: OrderCreated): Promise<EventPosition | undefined>;
  /** In order. When it throws, some may have been published. */
  publishAll(events: readonly OrderCreated[]): Promise<void>;
}

export interface ConfirmationPublisher {
  /**
   * When it throws, some may have been published.
   *
   * @throws UnknownShardError before anything is published, when the topic has no partition for a shard yet
   */
  publish(confirmations: readonly OrderConfirmed[]): Promise<void>;
}

export interface Confirmed {
  /** The age in seconds of each order that was not confirmed before. */
  readonly lags: readonly number[];
  /** Ids of orders that the shard does not have. */
  readonly missing: readonly string[];
}

export interface ConfirmationStore {
  /** Confirms the orders that the shard has. */
  markConfirmed(shard: ShardRange, orderIds: readonly string[]): Promise<Confirmed>;
}

/** Fields of a log line. An `error` among them is written with its cause. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Fields never hold a secret or a receipt. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
