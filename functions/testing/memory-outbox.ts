import { ShardUnavailableError } from '../domain/errors.ts';
import type { Outbox, OutstandingOrder } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';

/** An outbox in memory whose claims and unconfirmed orders a test lays out in advance. */
export class MemoryOutbox implements Outbox {
  /** Batches by shard, in the order in which they are claimed. */
  readonly batches: Record<string, OutstandingOrder[][]> = {};
  /** Batches by shard that become outstanding again once everything else is done. */
  readonly unconfirmed: Record<string, OutstandingOrder[][]> = {};
  readonly settled: OutstandingOrder[] = [];
  /** Names of the shards to which users have moved since their orders were claimed. */
  readonly moved = new Map<string, string>();
  /** Names of the shards that do not respond. */
  readonly unavailable = new Set<string>();

  async claim(shard: ShardRange): Promise<OutstandingOrder[]> {
    if (this.unavailable.has(shardName(shard))) throw new ShardUnavailableError(shardName(shard));
    return this.batches[shardName(shard)]?.shift() ?? [];
  }

  async settleAll(shard: ShardRange, orders: readonly OutstandingOrder[]): Promise<OutstandingOrder[]> {
    const here = orders.filter(({ order }) => (this.moved.get(order.userId) ?? shardName(shard)) === shardName(shard));
    this.settled.push(...here);
    return orders.filter((order) => !here.includes(order));
  }

  async renewUnconfirmed(shard: ShardRange): Promise<number> {
    const renewed = this.unconfirmed[shardName(shard)]?.shift() ?? [];
    this.batches[shardName(shard)] = [renewed];
    return renewed.length;
  }

  async oldestAgeSeconds(): Promise<number> {
    return this.settled.every(({ delivered }) => delivered.receipt && delivered.event) ? 0 : 90;
  }
}
