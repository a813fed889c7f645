import type { LogFields } from '../domain/ports.ts';

export const METRICS_NAMESPACE = 'OrderFlow';

/** Every metric is kept for its stage; one about a shard also for that shard. */
export const METRIC_DIMENSIONS = { stage: 'Stage', shard: 'Shard' } as const;

/** Every metric and its CloudWatch unit. Dashboard and alarms take the names from here. */
export const METRIC_UNITS = {
  /** Orders stored. A replayed request stores none. */
  OrdersCreated: 'Count',
  /** Their totals, in dollars. */
  Revenue: 'None',
  /** From an order's creation to the first publication of its event. */
  DeliveryLagSeconds: 'Seconds',
  /** Age of the oldest entry in a shard's outbox. */
  OutboxOldestAgeSeconds: 'Seconds',
  /** Orders whose delivery the relay completed. */
  Relayed: 'Count',
  /** Unconfirmed orders whose event is published again. */
  Republished: 'Count',
  /** Records that are not order events; each attempt counts. */
  RejectedEvents: 'Count',
  OrdersConfirmed: 'Count',
  /** From an order's creation to its confirmation. */
  ConfirmationLagSeconds: 'Seconds',
  /** Confirmations that could not be read and were skipped. */
  UnreadableConfirmations: 'Count',
  /** Users who came to another shard, while the shard map changes. */
  UsersMoved: 'Count',
  /** For how long none has although some are left; 0 when no move is under way. */
  MoveStandstillSeconds: 'Seconds',
} as const;

export type MetricName = keyof typeof METRIC_UNITS;

/** Values by metric; several where each of several orders has its own. */
export type MetricValues = Readonly<Partial<Record<MetricName, number | readonly number[]>>>;

/** `shard` is the one that the values are about. */
export type MetricFields = LogFields & { readonly shard?: string };

export interface Metrics {
  /** Writes the values into a line of the log. */
  record(message: string, values: MetricValues, fields?: MetricFields): void;
}

/** The age of an order in seconds; at least 0, since clocks differ. */
export function secondsSince(createdAt: Date, now: Date): number {
  return Math.max(0, now.getTime() - createdAt.getTime()) / 1_000;
}
