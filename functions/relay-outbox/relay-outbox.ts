import { ShardUnavailableError } from '../domain/errors.ts';
import type { Outbox } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import { type DeliveryDependencies, deliverBatch } from './deliver-batch.ts';

/** No batch is begun later than this after the start. */
const WORKING_TIME_MS = 45_000;

export interface RelayOutboxDependencies extends DeliveryDependencies {
  readonly shards: readonly ShardRange[];
  readonly outbox: Outbox;
  /** The event of an order that is not confirmed after this time is published again. */
  readonly republishAfterMinutes: number;
  /** Tells the operator how a shard stands. */
  readonly report: (shard: string, figures: RelayFigures) => void;
  /** Milliseconds. */
  readonly now: () => number;
}

/** What was done for a shard, and what is left. */
export interface RelayFigures {
  /** Orders of which nothing is outstanding any more. */
  readonly relayed: number;
  /** Orders that were never confirmed, whose event was made outstanding again. */
  readonly republished: number;
  /** For how long the oldest outstanding order has been waiting now; 0 when there is none. */
  readonly oldestAgeSeconds: number;
}

/**
 * Delivers what is overdue in every shard, side by side: receipts and events that the requests could not deliver, and
 * then again the events of orders that were never confirmed. Goes on until nothing is left or the time is over.
 *
 * A shard that does not answer is left for the next run.
 *
 * @throws what no shard's absence explains, after all shards have come to an end
 */
export async function relayOutbox(dependencies: RelayOutboxDependencies): Promise<void> {
  const { shards, report, log } = dependencies;
  const results = await Promise.allSettled(
    shards.map(async (shard) => report(shardName(shard), await relayShard(shard, dependencies))),
  );
  const failures = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
  for (const error of failures) log.error('a shard could not be relayed', { error });
  const defect = failures.find((error) => !(error instanceof ShardUnavailableError));
  if (defect !== undefined) throw defect;
}

async function relayShard(shard: ShardRange, dependencies: RelayOutboxDependencies): Promise<RelayFigures> {
  const { outbox, republishAfterMinutes, now } = dependencies;
  const until = now() + WORKING_TIME_MS;
  let [relayed, republished] = [0, 0];
  // Both lists end: what was taken from them once is not taken again in the same run.
  while (now() < until) {
    const batch = await outbox.claim(shard);
    if (batch.length > 0) {
      const outcome = await deliverBatch(shard, batch, dependencies);
      await outbox.settleAll(shard, outcome);
      relayed += outcome.filter(({ delivered }) => delivered.receipt && delivered.event).length;
    } else {
      const renewed = await outbox.renewUnconfirmed(shard, republishAfterMinutes);
      if (renewed === 0) break;
      republished += renewed;
    }
  }
  return { relayed, republished, oldestAgeSeconds: await outbox.oldestAgeSeconds(shard) };
}
