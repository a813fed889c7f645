import { ORDER_CONFIRMED } from '../contract/events/order-confirmed.ts';
import type { Metrics } from '../contract/metrics.ts';
import { atAnyShard } from '../domain/at-any-shard.ts';
import type { OrderConfirmed } from '../domain/events.ts';
import type { ConfirmationStore, Log } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import { againWhileMoving } from '../domain/users-place.ts';
import type { BatchWork } from '../kafka-batch/pipeline.ts';
import { type Received, readRecords, type TopicPartitionOffset } from '../kafka-batch/records.ts';

export interface ConfirmOrdersDependencies {
  readonly shards: readonly ShardRange[];
  readonly orders: ConfirmationStore;
  readonly metrics: Metrics;
  readonly log: Log;
}

/**
 * Confirms a batch, shards in parallel: one that is down fails alone. A confirmation names the shard where its order was placed; an
 * order that is not there is looked for at the others. Skips unreadable records, which would block others.
 */
export function confirmOrders({ shards, orders, metrics, log }: ConfirmOrdersDependencies): BatchWork {
  /** @param number of the shard, which this environment may not know yet */
  const markConfirmed = async (
    number: number,
    confirmations: readonly Received<OrderConfirmed>[],
  ): Promise<TopicPartitionOffset[]> => {
    const orderIds = [...new Set(confirmations.map(({ value }) => value.orderId))];
    const about = { shard: shardName({ id: number }), orderIds };
    const lags: number[] = [];
    try {
      const missing = await atAnyShard(number, shards, orderIds, async (shard, ids) => {
        const confirmed = await againWhileMoving(() => orders.markConfirmed(shard, ids));
        lags.push(...confirmed.lags);
        return confirmed.missing;
      });
      const values = { OrdersConfirmed: lags.length, ConfirmationLagSeconds: lags };
      metrics.record('orders confirmed', values, { ...about, unchanged: orderIds.length - lags.length });
      if (missing.length === 0 || shards.some(({ id }) => id === number)) return [];
      log.error('a shard is not known yet', { ...about, orderIds: missing });
      return confirmations.filter(({ value }) => missing.includes(value.orderId)).map(({ position }) => position);
    } catch (error) {
      log.error('orders could not be confirmed', { ...about, error });
      return confirmations.map(({ position }) => position);
    }
  };

  return async (records) => {
    const { readable, unreadable } = readRecords(records, ORDER_CONFIRMED.decode, log);
    if (unreadable.length > 0) {
      metrics.record('confirmations were skipped', { UnreadableConfirmations: unreadable.length });
    }
    const byShard = Map.groupBy(readable, ({ value }) => value.shard);
    const failed = await Promise.all([...byShard].map(([number, of]) => markConfirmed(number, of)));
    return failed.flat();
  };
}
