/** Under which CloudWatch keeps the figures. */
export const METRICS_NAMESPACE = 'OrderFlow';

/** By what figures are told apart. Every figure is kept for the stage as a whole; one about a shard for that shard too. */
export const METRIC_DIMENSIONS = { stage: 'Stage', shard: 'Shard' } as const;

/** Every figure, with the unit that CloudWatch shows for it. The dashboard and the alarms take the names from here. */
export const METRIC_UNITS = {
  /** Orders that were stored. A request that came again with its key stores none. */
  OrdersCreated: 'Count',
  /** The totals of these orders, in units of the currency. */
  Revenue: 'None',
  /** From an order's creation to its event being published, for each event that is published for the first time. */
  DeliveryLagSeconds: 'Seconds',
  /** For how long the oldest outstanding order of a shard has been waiting. */
  OutboxOldestAgeSeconds: 'Seconds',
  /** Orders that the relay brought to an end. */
  Relayed: 'Count',
  /** Orders that were never confirmed, whose event is published again. */
  Republished: 'Count',
  /** Records that are no order events; each attempt counts. */
  RejectedEvents: 'Count',
  /** Orders that became confirmed. */
  OrdersConfirmed: 'Count',
  /** From an order's creation to its status being `confirmed`. */
  ConfirmationLagSeconds: 'Seconds',
  /** Confirmations that could not be read and were passed over. */
  UnreadableConfirmations: 'Count',
} as const;

export type MetricName = keyof typeof METRIC_UNITS;

/** Figures by name; where there are several orders, one value for each of them. */
export type Figures = Readonly<Partial<Record<MetricName, number | readonly number[]>>>;

/** How long ago an order was created, in seconds; clocks may differ, so that it is never less than 0. */
export function secondsSince(createdAt: Date, now: Date): number {
  return Math.max(0, now.getTime() - createdAt.getTime()) / 1_000;
}
