import { ORDER_CONFIRMED } from '../contract/events/order-confirmed.ts';
import { type Metrics, secondsSince } from '../contract/metrics.ts';
import type { OrderConfirmed } from '../domain/events.ts';
import type { Log } from '../domain/ports.ts';
import { shardName } from '../domain/shard-map.ts';
import type { BatchWork } from '../kafka-batch/pipeline.ts';
import { type Received, readRecords, type TopicPartitionOffset } from '../kafka-batch/records.ts';
import { type ConfirmDependencies, confirmAnywhere } from './confirm-anywhere.ts';

/**
 * A confirmation that waits for another shard than that of its partition holds up the partition for so long. Then it is left to
 * the relay, which publishes the event of an unconfirmed order again.
 */
const HOLDS_UP_SECONDS = 60;

export interface ConfirmOrdersDependencies extends ConfirmDependencies {
  readonly metrics: Metrics;
  readonly now: () => Date;
  readonly log: Log;
}

/**
 * Confirms a batch, shards in parallel: one that is down fails alone. A confirmation names the shard where its order was placed; an
 * order that is not there is looked for at the others. Skips unreadable records, which would block others.
 */
export function confirmOrders(dependencies: ConfirmOrdersDependencies): BatchWork {
  const { shards, metrics, now, log } = dependencies;
  /** @param number of the shard, which this environment may not know yet. @returns what is to be tried again */
  const markConfirmed = async (
    number: number,
    received: readonly Received<OrderConfirmed>[],
  ): Promise<TopicPartitionOffset[]> => {
    const confirmations = [...new Map(received.map(({ value }) => [value.orderId, value])).values()];
    const about = { shard: shardName({ id: number }), orderIds: idsOf(confirmations) };
    const positions = (of: readonly OrderConfirmed[]) => {
      const ids = new Set(idsOf(of));
      return received.filter(({ value }) => ids.has(value.orderId)).map(({ position }) => position);
    };
    try {
      const { lags, missing, waiting } = await confirmAnywhere(number, confirmations, dependencies);
      const unchanged = confirmations.length - lags.length - waiting.length;
      const values = { OrdersConfirmed: lags.length, ConfirmationLagSeconds: lags };
      metrics.record('orders confirmed', values, { ...about, unchanged });
      const held = waiting.filter(({ timestamp }) => secondsSince(timestamp, now()) <= HOLDS_UP_SECONDS);
      const left = waiting.filter((each) => !held.includes(each));
      if (held.length > 0) log.warn('confirmations wait for another shard', { ...about, orderIds: idsOf(held) });
      if (left.length > 0) log.warn('confirmations are left to the relay', { ...about, orderIds: idsOf(left) });
      if (missing.length === 0 || shards.some(({ id }) => id === number)) return positions(held);
      log.error('a shard is not known yet', { ...about, orderIds: idsOf(missing) });
      return positions([...held, ...missing]);
    } catch (error) {
      log.error('orders could not be confirmed', { ...about, error });
      return positions(confirmations);
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

function idsOf(confirmations: readonly OrderConfirmed[]): string[] {
  return confirmations.map(({ orderId }) => orderId);
}
