import { ORDER_CONFIRMED } from '../contract/events/order-confirmed.ts';
import type { Metrics } from '../contract/metrics.ts';
import { UnknownShardError } from '../domain/errors.ts';
import type { OrderConfirmed } from '../domain/events.ts';
import type { ConfirmationStore, Log } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import type { BatchWork } from '../kafka-batch/pipeline.ts';
import { type Received, readRecords, type TopicPartitionOffset } from '../kafka-batch/records.ts';

export interface ConfirmOrdersDependencies {
  readonly shards: readonly ShardRange[];
  readonly orders: ConfirmationStore;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Confirms a batch, shards in parallel: one that is down fails alone. Skips unreadable records, which would block others. */
export function confirmOrders({ shards, orders, metrics, log }: ConfirmOrdersDependencies): BatchWork {
  const read = (text: string): OrderConfirmed => {
    const confirmation = ORDER_CONFIRMED.decode(text);
    const known = shards.some(({ id }) => id === confirmation.shard);
    if (!known) throw new UnknownShardError(confirmation.shard, shards.length);
    return confirmation;
  };

  const markConfirmed = async (
    shard: ShardRange,
    confirmations: readonly Received<OrderConfirmed>[],
  ): Promise<TopicPartitionOffset[]> => {
    const orderIds = [...new Set(confirmations.map(({ value }) => value.orderId))];
    const about = { shard: shardName(shard), orderIds };
    try {
      const lags = await orders.markConfirmed(shard, orderIds);
      const values = { OrdersConfirmed: lags.length, ConfirmationLagSeconds: lags };
      metrics.record('orders confirmed', values, { ...about, unchanged: orderIds.length - lags.length });
      return [];
    } catch (error) {
      log.error('orders could not be confirmed', { ...about, error });
      return confirmations.map(({ position }) => position);
    }
  };

  return async (records) => {
    const { readable, unreadable } = readRecords(records, read, log);
    if (unreadable.length > 0) {
      metrics.record('confirmations were skipped', { UnreadableConfirmations: unreadable.length });
    }
    const byShard = Map.groupBy(readable, ({ value }) => value.shard);
    const concerned = shards.filter(({ id }) => byShard.has(id));
    const failed = await Promise.all(concerned.map((shard) => markConfirmed(shard, byShard.get(shard.id) ?? [])));
    return failed.flat();
  };
}
