import { ShardUnavailableError } from '../domain/errors.ts';
import type { OrderCreated } from '../domain/events.ts';
import type { Order } from '../domain/order.ts';
import type { OrderQuery } from '../domain/order-page.ts';
import type { Delivered, EventPublisher, LogFields, OrderReader, OrderWriter, ReceiptStore } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';

/** Orders and outbox of all shards in memory. */
export class MemoryOrders implements OrderWriter, OrderReader {
  readonly stored: { shard: string; order: Order }[] = [];
  readonly outbox = new Map<string, Delivered>();
  /** Names of the shards that do not answer. */
  readonly unavailable = new Set<string>();

  async insert(shard: ShardRange, order: Order): Promise<void> {
    this.#reach(shard);
    this.stored.push({ shard: shardName(shard), order });
    this.outbox.set(order.id, { receipt: false, event: false });
  }

  async settle(shard: ShardRange, orderId: string, delivered: Delivered): Promise<void> {
    this.#reach(shard);
    if (delivered.receipt && delivered.event) this.outbox.delete(orderId);
    else this.outbox.set(orderId, delivered);
  }

  async list(shard: ShardRange, { userId, after, limit }: OrderQuery): Promise<Order[]> {
    this.#reach(shard);
    const place = ({ createdAt, id }: { createdAt: Date; id: string }) => createdAt.toISOString() + id;
    return this.stored
      .filter((stored) => stored.shard === shardName(shard))
      .map(({ order }) => order)
      .filter((order) => userId === undefined || order.userId === userId)
      .filter((order) => after === undefined || place(order) < place(after))
      .sort((a, b) => (place(a) < place(b) ? 1 : -1))
      .slice(0, limit);
  }

  #reach(shard: ShardRange): void {
    if (this.unavailable.has(shardName(shard))) throw new ShardUnavailableError(shardName(shard));
  }
}

/** Receipts in memory; `failure` makes each put fail. */
export class MemoryReceipts implements ReceiptStore {
  readonly texts = new Map<string, string>();
  failure: Error | undefined;

  async put(key: string, text: string): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.texts.set(key, text);
  }
}

/** Events in memory; `failure` makes each publish fail. */
export class MemoryEvents implements EventPublisher {
  readonly published: OrderCreated[] = [];
  failure: Error | undefined;

  async publish(event: OrderCreated): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.published.push(event);
  }
}

/** Keeps what was logged. */
export class MemoryLog {
  readonly lines: { level: string; message: string; fields: LogFields | undefined }[] = [];

  startRequest(): void {}

  info(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'info', message, fields });
  }

  warn(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  error(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'error', message, fields });
  }
}
