import type { LogFields } from '../domain/ports.ts';

const NAMESPACE = 'OrderFlow';

/** A figure with the unit that CloudWatch shows for it. */
export interface Metric {
  readonly value: number;
  readonly unit: 'Count' | 'Seconds';
}

/**
 * Fields that make a line of the structured log count as metrics in CloudWatch, without a call to its API.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * @param dimensions what the figures are about, e.g. `{ Shard: 'shard1' }`
 */
export function embeddedMetrics(
  metrics: Readonly<Record<string, Metric>>,
  dimensions: Readonly<Record<string, string>> = {},
  now = new Date(),
): LogFields {
  const definitions = Object.entries(metrics).map(([name, { unit }]) => ({ Name: name, Unit: unit }));
  const values = Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value]));
  return {
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: definitions }],
    },
    ...dimensions,
    ...values,
  };
}
