import type { OrderCreated } from './events.ts';
import type { Order } from './order.ts';
import type { OrderQuery } from './order-page.ts';
import type { ShardRange } from './shard-map.ts';

/** Which effects of an order have taken place. */
export interface Delivered {
  readonly receipt: boolean;
  readonly event: boolean;
}

/** Keeps new orders. */
export interface OrderWriter {
  /**
   * Stores the order and, in the same transaction, the note that its receipt and event are still to be delivered.
   *
   * @throws ShardUnavailableError when the shard does not answer; the order may then have been stored or not
   */
  insert(shard: ShardRange, order: Order): Promise<void>;
  /**
   * Takes from the note what has been delivered, and drops it when nothing is left.
   *
   * @throws ShardUnavailableError when the shard does not answer; the note then stays
   */
  settle(shard: ShardRange, orderId: string, delivered: Delivered): Promise<void>;
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

/** Keeps receipts. Storing the same receipt again changes nothing. */
export interface ReceiptStore {
  put(key: string, text: string): Promise<void>;
}

/** Tells the world what happened. Resolves once the event is kept by as many brokers as the topic asks for. */
export interface EventPublisher {
  publish(event: OrderCreated): Promise<void>;
}

/** Facts that go with a log line. An `error` among them is written with its cause. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Takes notes for the operator. Fields never hold a secret or a receipt. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
