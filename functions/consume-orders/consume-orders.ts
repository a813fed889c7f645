import { confirm, type OrderConfirmed } from '../domain/confirmation.ts';
import { UnknownShardError } from '../domain/errors.ts';
import type { ConfirmationPublisher, Log } from '../domain/ports.ts';
import { shardName } from '../domain/shard-map.ts';
import type { BatchWork } from '../kafka-batch/pipeline.ts';
import { type Place, type Received, readRecords } from '../kafka-batch/records.ts';
import { readOrderCreated } from './input.ts';

/** Less time than this is not enough for another attempt and the answer. */
const ATTEMPT_MS = 5_000;
const PAUSE_MS = 500;

export interface ConsumeOrdersDependencies {
  readonly confirmations: ConfirmationPublisher;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly log: Log;
}

type Confirmation = Received<OrderConfirmed>;

/**
 * Confirms each order of a batch to its customer and to its shard. What cannot be read fails alone, and so does what
 * names a shard that does not exist; doing a batch again is harmless.
 */
export function consumeOrders(dependencies: ConsumeOrdersDependencies): BatchWork {
  const { now, log } = dependencies;
  return async (records, invocation) => {
    const { readable, unreadable } = readRecords(records, readOrderCreated, log);
    const confirmations = readable.map((order) => ({ ...order, value: confirm(order.value, now()) }));
    const unpublished = await publish(confirmations, () => invocation.getRemainingTimeInMillis(), dependencies);
    return [...unreadable, ...unpublished];
  };
}

/**
 * Publishes all confirmations together. While it fails it goes on trying for as long as the invocation lasts: the event
 * source mapping gives a record few attempts before it takes it for poison, and an outage is no fault of the record.
 *
 * @returns where the records are whose confirmation was not published
 */
async function publish(
  confirmations: readonly Confirmation[],
  remainingMs: () => number,
  dependencies: ConsumeOrdersDependencies,
): Promise<Place[]> {
  if (confirmations.length === 0) return [];
  const { log, wait } = dependencies;
  for (;;) {
    try {
      await dependencies.confirmations.publish(confirmations.map(({ value }) => value));
      for (const confirmation of confirmations) logConfirmation(confirmation, log);
      return [];
    } catch (error) {
      if (error instanceof UnknownShardError) {
        const { shards } = error;
        const stray = confirmations.filter(({ value }) => value.shard > shards);
        for (const { place } of stray) log.error('a record names a shard that does not exist', { ...place, error });
        const others = confirmations.filter(({ value }) => value.shard <= shards);
        return [...placesOf(stray), ...(await publish(others, remainingMs, dependencies))];
      }
      if (remainingMs() < ATTEMPT_MS + PAUSE_MS) {
        log.error('confirmations could not be published', { confirmations: confirmations.length, error });
        return placesOf(confirmations);
      }
      log.warn('publishing confirmations failed; trying again', { confirmations: confirmations.length, error });
      await wait(PAUSE_MS);
    }
  }
}

function logConfirmation({ value, traceparent }: Confirmation, log: Log): void {
  const { message, orderId, shard } = value;
  log.info(message, { orderId, shard: shardName({ id: shard }), ...(traceparent && { traceparent }) });
}

function placesOf(received: readonly Confirmation[]): Place[] {
  return received.map(({ place }) => place);
}
