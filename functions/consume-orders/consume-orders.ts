import { ORDER_CREATED } from '../contract/events/order-created.ts';
import type { Metrics } from '../contract/metrics.ts';
import { UnknownShardError } from '../domain/errors.ts';
import { confirm, type OrderConfirmed } from '../domain/events.ts';
import type { ConfirmationPublisher, Log } from '../domain/ports.ts';
import { shardName } from '../domain/shard-map.ts';
import type { BatchWork } from '../kafka-batch/pipeline.ts';
import { type Received, readRecords, type TopicPartitionOffset } from '../kafka-batch/records.ts';

/** The least time for another attempt and the response. */
const ATTEMPT_MS = 5_000;
const PAUSE_MS = 500;

export interface ConsumeOrdersDependencies {
  readonly confirmations: ConfirmationPublisher;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly metrics: Metrics;
  readonly log: Log;
}

type Confirmation = Received<OrderConfirmed>;

interface Unconfirmed {
  /** Retrying is useless. */
  readonly rejected: readonly TopicPartitionOffset[];
  readonly unpublished: readonly TopicPartitionOffset[];
}

/** Confirms a batch. Records that cannot be read or name an unknown shard fail alone. Safe to repeat. */
export function consumeOrders(dependencies: ConsumeOrdersDependencies): BatchWork {
  const { now, metrics, log } = dependencies;
  return async (records, invocation) => {
    const { readable, unreadable } = readRecords(records, ORDER_CREATED.decode, log);
    const confirmations = readable.map((order) => ({ ...order, value: confirm(order.value, now()) }));
    const failed = await publish(confirmations, () => invocation.getRemainingTimeInMillis(), dependencies);
    const rejected = [...unreadable, ...failed.rejected];
    if (rejected.length > 0) metrics.record('events were rejected', { RejectedEvents: rejected.length });
    return [...rejected, ...failed.unpublished];
  };
}

/**
 * Retries for as long as the invocation lasts: the event source mapping gives a record up after a few attempts, and an outage
 * is not the record's fault.
 */
async function publish(
  confirmations: readonly Confirmation[],
  remainingMs: () => number,
  dependencies: ConsumeOrdersDependencies,
): Promise<Unconfirmed> {
  if (confirmations.length === 0) return { rejected: [], unpublished: [] };
  const { log, wait } = dependencies;
  for (;;) {
    try {
      await dependencies.confirmations.publish(confirmations.map(({ value }) => value));
      for (const confirmation of confirmations) logConfirmation(confirmation, log);
      return { rejected: [], unpublished: [] };
    } catch (error) {
      if (error instanceof UnknownShardError) {
        const { shards } = error;
        const stray = confirmations.filter(({ value }) => value.shard > shards);
        for (const { position, value } of stray) {
          log.error('a record names a shard that does not exist', { ...position, orderId: value.orderId, error });
        }
        const others = confirmations.filter(({ value }) => value.shard <= shards);
        const { unpublished } = await publish(others, remainingMs, dependencies);
        return { rejected: positionsOf(stray), unpublished };
      }
      if (remainingMs() < ATTEMPT_MS + PAUSE_MS) {
        log.error('confirmations could not be published', { orderIds: orderIdsOf(confirmations), error });
        return { rejected: [], unpublished: positionsOf(confirmations) };
      }
      log.warn('publishing confirmations failed; trying again', { orderIds: orderIdsOf(confirmations), error });
      await wait(PAUSE_MS);
    }
  }
}

function logConfirmation({ value, traceparent }: Confirmation, log: Log): void {
  const { message, orderId, shard } = value;
  log.info(message, { orderId, shard: shardName({ id: shard }), ...(traceparent && { traceparent }) });
}

function orderIdsOf(confirmations: readonly Confirmation[]): string[] {
  return confirmations.map(({ value }) => value.orderId);
}

function positionsOf(received: readonly Confirmation[]): TopicPartitionOffset[] {
  return received.map(({ position }) => position);
}
