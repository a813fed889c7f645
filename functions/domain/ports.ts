import type { OrderConfirmed, OrderCreated } from './events.ts';
import type { Order } from './order.ts';
import type { OrderQuery } from './order-page.ts';
import type { ShardRange } from './shard-map.ts';

/** Which effects of an order have taken place. */
export interface Delivered {
  readonly receipt: boolean;
  readonly event: boolean;
}

/** What became of an order that was to be stored. */
export interface Placement {
  /** The order as it was created: the given one, or the one that an earlier request with the same key placed. */
  readonly order: Order;
  /** Whether an earlier request placed it. */
  readonly replayed: boolean;
  readonly delivered: Delivered;
  /** For how long effects have been outstanding, in milliseconds; 0 when none are. */
  readonly outstandingMs: number;
  /** Whether an older event of the same user waits for the relay, so that this one must not overtake it. */
  readonly eventMustWait: boolean;
}

/** Keeps new orders. */
export interface OrderWriter {
  /**
   * Stores the order and, in the same transaction, the note that its receipt and event are still to be delivered; or
   * finds the order that the user placed with the same key.
   *
   * @throws ShardUnavailableError when the shard does not answer; the order may then have been stored or not
   */
  place(shard: ShardRange, order: Order, idempotencyKey: string | undefined): Promise<Placement>;
  /**
   * Drops the note when both effects have taken place. Otherwise it keeps what has not, and an event that has not is the
   * relay's from then on.
   *
   * @throws ShardUnavailableError when the shard does not answer; the note then stays
   */
  settle(shard: ShardRange, orderId: string, delivered: Delivered): Promise<void>;
}

/** An order with effects that have not taken place yet. */
export interface OutstandingOrder {
  /** As it was created. */
  readonly order: Order;
  readonly delivered: Delivered;
  /** Whether its event was published before and is outstanding again, because nobody confirmed the order. */
  readonly renewed: boolean;
}

/** The notes about what is still to be delivered. Whoever works on them at the same time gets others. */
export interface Outbox {
  /**
   * Takes what is overdue, for about a minute: the outstanding orders of some users, each user's oldest first. What is not
   * settled by then is overdue again later, the older the later.
   *
   * @throws ShardUnavailableError when the shard does not answer
   */
  claim(shard: ShardRange): Promise<OutstandingOrder[]>;
  /**
   * Writes down what has taken place by now.
   *
   * @throws ShardUnavailableError when the shard does not answer; all of it will then be claimed again
   */
  settleAll(shard: ShardRange, orders: readonly OutstandingOrder[]): Promise<void>;
  /**
   * Makes the events of some orders outstanding again that were published long ago and never confirmed, the first time
   * after `minutes`, then after twice the time and so on.
   *
   * @returns how many; 0 when there is none left
   * @throws ShardUnavailableError when the shard does not answer
   */
  renewUnconfirmed(shard: ShardRange, minutes: number): Promise<number>;
  /**
   * For how long the oldest outstanding order has been waiting, in seconds; 0 when there is none.
   *
   * @throws ShardUnavailableError when the shard does not answer
   */
  oldestAgeSeconds(shard: ShardRange): Promise<number>;
}

/** Lists the orders of one shard. */
export interface OrderReader {
  /**
   * Newest first.
   *
   * @throws ShardUnavailableError when the shard does not answer
   */
  list(shard: ShardRange, query: OrderQuery): Promise<Order[]>;
}

/** An order that was looked up. */
export interface FoundOrder {
  readonly order: Order;
  readonly receiptStored: boolean;
}

/** Looks orders up in one shard. */
export interface OrderFinder {
  /**
   * The order of this id, a UUID; undefined when the shard has none.
   *
   * @throws ShardUnavailableError when the shard does not answer
   */
  find(shard: ShardRange, id: string): Promise<FoundOrder | undefined>;
}

/** Opens receipts to people who cannot sign in to where they are kept. */
export interface ReceiptLinks {
  /** An address from which the receipt can be read for a few minutes by whoever has it. */
  link(key: string): Promise<string>;
}

/** What an issuer of tokens says about somebody, by the names that it uses. */
export type Claims = Readonly<Record<string, unknown>>;

/** Tells genuine tokens from others. */
export interface TokenVerifier {
  /**
   * The claims of a token that its issuer signed, that is meant for this system and valid at the moment.
   *
   * @throws InvalidTokenError for any other
   * @throws IssuerUnavailableError when the keys to check it with cannot be had
   */
  verify(token: string): Promise<Claims>;
}

/** Keeps receipts. Storing the same receipt again changes nothing. */
export interface ReceiptStore {
  put(key: string, text: string): Promise<void>;
}

/** Tells the world what happened. Resolves once the event is kept by as many brokers as the topic asks for. */
export interface EventPublisher {
  publish(event: OrderCreated): Promise<void>;
  /** Publishes all of them, in their order; when this throws, some may have been published. */
  publishAll(events: readonly OrderCreated[]): Promise<void>;
}

/** Tells the shards which orders were processed. */
export interface ConfirmationPublisher {
  /**
   * Publishes all of them; when this throws, some may have been published.
   *
   * @throws UnknownShardError, before anything is published, when one names a shard beyond the last
   */
  publish(confirmations: readonly OrderConfirmed[]): Promise<void>;
}

/** Keeps what became of orders. */
export interface ConfirmationStore {
  /**
   * Marks those of the orders that are not confirmed yet; doing so again changes nothing.
   *
   * @returns for each order that was changed, how long ago it was created, in seconds
   * @throws ShardUnavailableError when the shard does not answer
   */
  markConfirmed(shard: ShardRange, orderIds: readonly string[]): Promise<number[]>;
}

/** Facts that go with a log line. An `error` among them is written with its cause. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Takes notes for the operator. Fields never hold a secret or a receipt. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
