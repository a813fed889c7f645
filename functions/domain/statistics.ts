import { askShards, askShardsTwice, complete, type ShardAnswers } from './ask-shards.ts';
import type { Cents } from './money.ts';
import type { OrderStatus } from './order.ts';
import type { Log } from './ports.ts';
import { placesFor, type ShardRange } from './shard-map.ts';

export const MINUTES_OF_STATISTICS = 60;

/** Each class of lags reaches this many times as far as the one before; class 0 is up to a millisecond. As in `lag_class()`. */
const LAG_CLASS_RATIO = 1.2;

/** Orders and what they cost together. */
export interface Tally {
  readonly orders: number;
  readonly revenue: Cents;
}

/** How many orders took how long, by class. */
export type Lags = ReadonlyMap<number, number>;

/** Of one shard, or of one user in it, at one moment. */
export interface ShardStatistics {
  /** The database's time. */
  readonly asOf: Date;
  readonly placed: Tally;
  readonly confirmed: Tally;
  /** Placed in the last hour, by the start of the minute in milliseconds since 1970. Minutes without orders are absent. */
  readonly minutes: ReadonlyMap<number, Tally>;
  /** From creation to publication, of the events published in the last hour. */
  readonly publishedLags: Lags;
  /** From creation to confirmation, of the orders confirmed in the last hour. */
  readonly confirmedLags: Lags;
  readonly outbox: OutboxDepth;
}

/** Orders with an undelivered receipt or event. */
export interface OutboxDepth {
  readonly orders: number;
  /** 0 when there are none. */
  readonly oldestAgeSeconds: number;
}

export interface OrderStatistics {
  /** @param userId whose; everybody's when undefined */
  read(shard: ShardRange, userId: string | undefined): Promise<ShardStatistics>;
}

export interface StatisticsKeeper {
  /** Adds what orders left behind to the totals, and forgets minutes that nobody asks for any more. */
  fold(shard: ShardRange): Promise<void>;
}

export interface ReadStatisticsDependencies {
  readonly shards: readonly ShardRange[];
  readonly statistics: OrderStatistics;
  readonly log: Log;
}

/**
 * @param userId whose; everybody's when undefined
 * @throws ShardUnavailableError when no shard that was asked responds: for one user, that user's own
 */
export async function readStatistics(
  userId: string | undefined,
  { shards, statistics, log }: ReadStatisticsDependencies,
): Promise<ShardAnswers<ShardStatistics>> {
  const asked = userId === undefined ? shards : placesFor(shards, userId);
  const ask = (shard: ShardRange) => statistics.read(shard, userId);
  if (userId === undefined || asked.length === 1) return askShards(asked, ask, log);
  // All that is counted of a user is in one shard; for a moment, as the user arrives, also in the one before.
  const { answers } = complete(await askShardsTwice(asked, ask, log));
  const most = Math.max(...answers.map(({ answer }) => answer.placed.orders));
  const [shard] = answers.filter(({ answer }) => answer.placed.orders === most).slice(-1);
  return { answers: shard === undefined ? [] : [shard], unavailableShards: [] };
}

const NONE: Tally = { orders: 0, revenue: 0n };

export function sum(tallies: Iterable<Tally>): Tally {
  let [orders, revenue] = [0, 0n];
  for (const tally of tallies) {
    orders += tally.orders;
    revenue += tally.revenue;
  }
  return { orders, revenue };
}

/** What was placed, by the status it has now. */
export function byStatus({
  placed,
  confirmed,
}: Pick<ShardStatistics, 'placed' | 'confirmed'>): Record<OrderStatus, Tally> {
  const created = { orders: placed.orders - confirmed.orders, revenue: placed.revenue - confirmed.revenue };
  return { created, confirmed };
}

export interface Minute extends Tally {
  /** Its start. */
  readonly at: Date;
}

/** The last 60 minutes, oldest first; the last one is still running. */
export function lastMinutes(shards: readonly ShardStatistics[], asOf: Date): Minute[] {
  const current = Math.floor(asOf.getTime() / 60_000);
  return Array.from({ length: MINUTES_OF_STATISTICS }, (_, index) => {
    const at = (current - MINUTES_OF_STATISTICS + 1 + index) * 60_000;
    return { at: new Date(at), ...sum(shards.map(({ minutes }) => minutes.get(at) ?? NONE)) };
  });
}

export interface LagSummary {
  readonly orders: number;
  /** In milliseconds, up to a tenth off, since lags are kept by class; undefined when there are none. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

export function summarizeLags(all: readonly Lags[]): LagSummary {
  const merged = new Map<number, number>();
  for (const [lagClass, orders] of all.flatMap((lags) => [...lags])) {
    merged.set(lagClass, (merged.get(lagClass) ?? 0) + orders);
  }
  const classes = [...merged].sort(([a], [b]) => a - b);
  const total = classes.reduce((orders, [, each]) => orders + each, 0);
  const percentile = (share: number): number | undefined => {
    let passed = 0;
    const reached = classes.find(([, orders]) => {
      passed += orders;
      return passed >= total * share;
    });
    // The middle of the class.
    return reached && Math.round(LAG_CLASS_RATIO ** (reached[0] - 0.5));
  };
  return { orders: total, p50: percentile(0.5), p95: percentile(0.95) };
}
