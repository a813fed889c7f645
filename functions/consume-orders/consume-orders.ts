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

/** Confirms a batch. Records that cannot be read fail alone. Safe to repeat. */
export function consumeOrders(dependencies: ConsumeOrdersDependencies): BatchWork {
  const { now, metrics, log } = dependencies;
  return async (records, invocation) => {
    const { readable, unreadable } = readRecords(records, ORDER_CREATED.decode, log);
    const confirmations = readable.map((order) => ({ ...order, value: confirm(order.value, now()) }));
    const unpublished = await publish(confirmations, () => invocation.getRemainingTimeInMillis(), dependencies);
    if (unreadable.length > 0) metrics.record('events were rejected', { RejectedEvents: unreadable.length });
    return [...unreadable, ...unpublished];
  };
}

/**
 * Retries for as long as the invocation lasts: the event source mapping gives a record up after a few attempts, and neither an
 * outage nor a shard whose partition is still to come is the record's fault.
 *
 * @returns what could not be published
 */
async function publish(
  confirmations: readonly Confirmation[],
  remainingMs: () => number,
  dependencies: ConsumeOrdersDependencies,
): Promise<TopicPartitionOffset[]> {
  const { log, wait } = dependencies;
  const unpublished: TopicPartitionOffset[] = [];
  let left = confirmations;
  while (left.length > 0) {
    try {
      await dependencies.confirmations.publish(left.map(({ value }) => value));
      for (const confirmation of left) logConfirmation(confirmation, log);
      left = [];
    } catch (error) {
      if (error instanceof UnknownShardError) {
        const { shards } = error;
        const others = left.filter(({ value }) => value.shard <= shards);
        left = left.filter(({ value }) => value.shard > shards);
        unpublished.push(...(await publish(others, remainingMs, dependencies)));
      }
      const orderIds = left.map(({ value }) => value.orderId);
      if (remainingMs() < ATTEMPT_MS + PAUSE_MS) {
        log.error('confirmations could not be published', { orderIds, error });
        return [...unpublished, ...left.map(({ position }) => position)];
      }
      log.warn('publishing confirmations failed; trying again', { orderIds, error });
      await wait(PAUSE_MS);
    }
  }
  return unpublished;
}

function logConfirmation({ value, traceparent }: Confirmation, log: Log): void {
  const { message, orderId, shard } = value;
  log.info(message, { orderId, shard: shardName({ id: shard }), ...(traceparent && { traceparent }) });
}
