import { ShardUnavailableError, type UserRefusal } from '../domain/errors.ts';
import { asCreated, type Order } from '../domain/order.ts';
import { type OrderChanges, type OrderQuery, OVERLAP_SECONDS } from '../domain/order-page.ts';
import type {
  Delivered,
  FoundOrder,
  JustDelivered,
  OrderFinder,
  OrderReader,
  OrderWay,
  OrderWriter,
  Placement,
} from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';

const NOTHING_KNOWN: OrderWay = { receiptStoredAt: undefined, eventPublishedAt: undefined, position: undefined };

/** Orders and outbox of all shards in memory. */
export class MemoryOrders implements OrderWriter, OrderReader, OrderFinder {
  readonly stored: { shard: string; placedIn: ShardRange; order: Order; key?: string | undefined }[] = [];
  readonly outbox = new Map<string, Delivered>();
  /** Names of the shards where orders were settled. */
  readonly settledAt: string[] = [];
  /** What was said of an order when it was settled last. */
  readonly just = new Map<string, JustDelivered>();
  /** The ways of orders, where a test says something of them. */
  readonly ways = new Map<string, OrderWay>();
  /** Names of the shards that do not respond. */
  readonly unavailable = new Set<string>();
  /** What a shard says of a user whom it does not have, by both as in `shard1 alice`. */
  readonly refusals = new Map<string, UserRefusal>();
  /** Users with an older event that waits for the relay. */
  readonly waiting = new Set<string>();
  /** The time of all shards. */
  asOf = new Date(0);
  /** Names of the shards where more has changed than they look at. */
  readonly busy = new Set<string>();
  /** How long everything in the outbox has been there. */
  outstandingMs = 0;

  async place(shard: ShardRange, order: Order, key?: string): Promise<Placement> {
    this.#reach(shard, order.userId);
    const eventMustWait = this.waiting.has(order.userId);
    const found = this.stored.find((one) => key !== undefined && one.order.userId === order.userId && one.key === key);
    if (found === undefined) {
      const delivered = { receipt: false, event: false };
      this.stored.push({ shard: shardName(shard), placedIn: shard, order, key });
      this.outbox.set(order.id, delivered);
      return { order, placedIn: shard, replayed: false, delivered, outstandingMs: 0, eventMustWait };
    }
    const outstanding = this.outbox.get(found.order.id);
    const delivered = outstanding ?? { receipt: true, event: true };
    const outstandingMs = outstanding === undefined ? 0 : this.outstandingMs;
    const { placedIn } = found;
    return { order: asCreated(found.order), placedIn, replayed: true, delivered, outstandingMs, eventMustWait };
  }

  async settle(shard: ShardRange, orderId: string, delivered: Delivered, just: JustDelivered = {}): Promise<void> {
    this.#reach(shard, this.stored.find(({ order }) => order.id === orderId)?.order.userId);
    this.settledAt.push(shardName(shard));
    this.just.set(orderId, just);
    if (delivered.receipt && delivered.event) this.outbox.delete(orderId);
    else this.outbox.set(orderId, delivered);
  }

  async list(shard: ShardRange, { id, userId, userPrefix = '', status, after, limit }: OrderQuery): Promise<Order[]> {
    this.#reach(shard);
    const place = ({ createdAt, id }: { createdAt: Date; id: string }) => createdAt.toISOString() + id;
    return this.stored
      .filter((stored) => stored.shard === shardName(shard))
      .map(({ order }) => order)
      .filter((order) => userId === undefined || order.userId === userId)
      .filter((order) => id === undefined || order.id === id)
      .filter((order) => status === undefined || order.status === status)
      .filter((order) => order.userId.toLowerCase().startsWith(userPrefix.toLowerCase()))
      .filter((order) => after === undefined || place(order) < place(after))
      .sort((a, b) => (place(a) < place(b) ? 1 : -1))
      .slice(0, limit);
  }

  async changes(shard: ShardRange, query: OrderQuery, since: Date): Promise<OrderChanges> {
    const orders = await this.list(shard, { ...query, limit: Number.POSITIVE_INFINITY });
    const from = since.getTime() - OVERLAP_SECONDS * 1_000;
    const changed = orders.filter(({ updatedAt }) => updatedAt.getTime() >= from).slice(0, query.limit);
    return { orders: changed, asOf: this.asOf, truncated: this.busy.has(shardName(shard)) };
  }

  async find(shard: ShardRange, id: string): Promise<FoundOrder | undefined> {
    this.#reach(shard);
    const found = this.stored.find((one) => one.shard === shardName(shard) && one.order.id === id);
    const delivered = this.outbox.get(id) ?? { receipt: true, event: true };
    return found && { order: found.order, delivered, way: this.ways.get(id) ?? NOTHING_KNOWN };
  }

  #reach(shard: ShardRange, userId = ''): void {
    if (this.unavailable.has(shardName(shard))) throw new ShardUnavailableError(shardName(shard));
    const refusal = this.refusals.get(`${shardName(shard)} ${userId}`);
    if (refusal !== undefined) throw new ShardUnavailableError(shardName(shard), { refusal });
  }
}
