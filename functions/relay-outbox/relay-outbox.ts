import { type Metrics, secondsSince } from '../contract/metrics.ts';
import { atAnyShard } from '../domain/at-any-shard.ts';
import { RELAY_RUN } from '../domain/delivery-timing.ts';
import { ShardUnavailableError } from '../domain/errors.ts';
import type { Outbox, OutstandingOrder } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import type { StatisticsKeeper } from '../domain/statistics.ts';
import { againWhileMoving } from '../domain/users-place.ts';
import { type DeliveryDependencies, deliverBatch } from './deliver-batch.ts';

export interface RelayOutboxDependencies extends DeliveryDependencies {
  readonly shards: readonly ShardRange[];
  readonly outbox: Outbox;
  readonly statistics: StatisticsKeeper;
  readonly republishAfterMinutes: number;
  readonly metrics: Metrics;
  readonly now: () => Date;
}

/**
 * Delivers what is overdue in every shard, in parallel, then the events of unconfirmed orders again. A shard that does not
 * respond is left to the next run. @throws any other failure, after all shards have finished
 */
export async function relayOutbox(dependencies: RelayOutboxDependencies): Promise<void> {
  const { shards, log } = dependencies;
  const defects: unknown[] = [];
  await Promise.all(
    shards.map(async (shard) => {
      try {
        await relayShard(shard, dependencies);
      } catch (error) {
        log.error('a shard could not be relayed', { shard: shardName(shard), error });
        if (!(error instanceof ShardUnavailableError)) defects.push(error);
      }
    }),
  );
  if (defects.length > 0) throw defects[0];
}

async function relayShard(shard: ShardRange, dependencies: RelayOutboxDependencies): Promise<void> {
  const { shards, outbox, statistics, republishAfterMinutes, metrics, log, now } = dependencies;
  const until = performance.now() + RELAY_RUN.beginBatchesSeconds * 1_000;
  const lags: number[] = [];
  let [relayed, republished] = [0, 0];
  const late: OutstandingOrder[] = [];
  // All lists end: nothing is claimed twice in one run, and of what was late, each batch stores or gives up some.
  while (performance.now() < until) {
    const claimed = await outbox.claim(shard);
    const batch = claimed.length > 0 ? claimed : late.splice(0, RELAY_RUN.ordersOfBatch);
    if (batch.length > 0) {
      const { outcome, late: nowLate } = await deliverBatch(shard, batch, dependencies);
      late.push(...nowLate);
      lags.push(...firstPublished(batch, outcome).map(({ order }) => secondsSince(order.createdAt, now())));
      // A user moves while a relay has their orders only if that took longer than its lease.
      await atAnyShard(shard.id, shards, outcome, (place, orders) =>
        againWhileMoving(() => outbox.settleAll(place, orders)),
      );
      const finished = outcome.filter(({ delivered }) => delivered.receipt && delivered.event);
      relayed += finished.length;
      const orderIds = finished.map(({ order }) => order.id);
      if (orderIds.length > 0) log.info('orders relayed', { shard: shardName(shard), orderIds });
    } else {
      const renewed = await outbox.renewUnconfirmed(shard, republishAfterMinutes);
      if (renewed === 0) break;
      republished += renewed;
    }
  }
  if (late.length > 0) log.warn('receipts wait for another run', { shard: shardName(shard), receipts: late.length });
  const values = {
    Relayed: relayed,
    Republished: republished,
    OutboxOldestAgeSeconds: await outbox.oldestAgeSeconds(shard),
    DeliveryLagSeconds: lags,
  };
  metrics.record('outbox relayed', values, { shard: shardName(shard) });
  await statistics.fold(shard);
}

/** The orders whose event was published now, for the first time. */
function firstPublished(before: readonly OutstandingOrder[], now: readonly OutstandingOrder[]): OutstandingOrder[] {
  return now.filter((one, n) => one.delivered.event && !one.renewed && !before[n]?.delivered.event);
}
