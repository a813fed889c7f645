import { ShardUnavailableError } from '../domain/errors.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import type { OrderStatistics, ShardStatistics, StatisticsKeeper } from '../domain/statistics.ts';

/** Statistics that a test lays out in advance. */
export class MemoryStatistics implements OrderStatistics, StatisticsKeeper {
  /** By shard, and by shard and user as in `shard1 alice`. */
  readonly of: Record<string, ShardStatistics> = {};
  /** Names of the shards whose statistics were folded. */
  readonly folded: string[] = [];
  /** Names of the shards that do not respond. */
  readonly unavailable = new Set<string>();

  async read(shard: ShardRange, userId: string | undefined): Promise<ShardStatistics> {
    this.#reach(shard);
    return this.of[userId === undefined ? shardName(shard) : `${shardName(shard)} ${userId}`] ?? someStatistics();
  }

  async fold(shard: ShardRange): Promise<void> {
    this.#reach(shard);
    this.folded.push(shardName(shard));
  }

  #reach(shard: ShardRange): void {
    if (this.unavailable.has(shardName(shard))) throw new ShardUnavailableError(shardName(shard));
  }
}

/** Of a shard without orders; a test overrides what it is about. */
export function someStatistics(overrides: Partial<ShardStatistics> = {}): ShardStatistics {
  return {
    asOf: new Date('2026-11-22T10:00:30.000Z'),
    placed: { orders: 0, revenue: 0n },
    confirmed: { orders: 0, revenue: 0n },
    minutes: new Map(),
    publishedLags: new Map(),
    confirmedLags: new Map(),
    outbox: { orders: 0, oldestAgeSeconds: 0 },
    ...overrides,
  };
}
