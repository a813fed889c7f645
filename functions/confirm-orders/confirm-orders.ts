import type { OrderConfirmed } from '../domain/confirmation.ts';
import { UnknownShardError } from '../domain/errors.ts';
import type { ConfirmationStore, Log } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import type { BatchWork } from '../kafka-batch/pipeline.ts';
import { type Place, type Received, readRecords } from '../kafka-batch/records.ts';
import { readOrderConfirmed } from './input.ts';

export interface ConfirmOrdersDependencies {
  readonly shards: readonly ShardRange[];
  readonly orders: ConfirmationStore;
  /** Records were passed over, so that they do not hold up those behind them for ever. */
  readonly countUnreadable: (records: number) => void;
  readonly log: Log;
}

/** Marks the orders of a batch as confirmed, shard by shard side by side: a shard that is down fails its own alone. */
export function confirmOrders({ shards, orders, countUnreadable, log }: ConfirmOrdersDependencies): BatchWork {
  const read = (text: string): OrderConfirmed => {
    const confirmation = readOrderConfirmed(text);
    const known = shards.some(({ id }) => id === confirmation.shard);
    if (!known) throw new UnknownShardError(confirmation.shard, shards.length);
    return confirmation;
  };

  const markConfirmed = async (
    shard: ShardRange,
    confirmations: readonly Received<OrderConfirmed>[],
  ): Promise<Place[]> => {
    const ids = [...new Set(confirmations.map(({ value }) => value.orderId))];
    try {
      const confirmed = await orders.markConfirmed(shard, ids);
      log.info('orders confirmed', { shard: shardName(shard), confirmed, unchanged: ids.length - confirmed });
      return [];
    } catch (error) {
      log.error('orders could not be confirmed', { shard: shardName(shard), orders: ids.length, error });
      return confirmations.map(({ place }) => place);
    }
  };

  return async (records) => {
    const { readable, unreadable } = readRecords(records, read, log);
    if (unreadable.length > 0) countUnreadable(unreadable.length);
    const byShard = Map.groupBy(readable, ({ value }) => value.shard);
    const concerned = shards.filter(({ id }) => byShard.has(id));
    const failed = await Promise.all(concerned.map((shard) => markConfirmed(shard, byShard.get(shard.id) ?? [])));
    return failed.flat();
  };
}
