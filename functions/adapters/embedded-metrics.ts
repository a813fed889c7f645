import {
  METRIC_DIMENSIONS,
  METRIC_UNITS,
  METRICS_NAMESPACE,
  type MetricFields,
  type MetricName,
  type Metrics,
  type MetricValues,
} from '../contract/metrics.ts';
import type { Log, LogFields } from '../domain/ports.ts';

/** CloudWatch drops a metric with more values in one line. */
const VALUES_PER_LINE = 100;

type Values = number | readonly number[];

/**
 * Writes metrics into the structured log, where CloudWatch finds them without a call to its API.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class EmbeddedMetrics implements Metrics {
  readonly #log: Pick<Log, 'info'>;
  readonly #stage: string;
  readonly #now: () => Date;

  constructor(log: Pick<Log, 'info'>, stage: string, now: () => Date = () => new Date()) {
    this.#log = log;
    this.#stage = stage;
    this.#now = now;
  }

  record(message: string, values: MetricValues, fields: MetricFields = {}): void {
    for (const line of splitIntoLines(values))
      this.#log.info(message, { ...fields, ...this.#embed(line, fields.shard) });
  }

  #embed(values: ReadonlyMap<MetricName, Values>, shard: string | undefined): LogFields {
    if (values.size === 0) return {};
    const ofStage = { [METRIC_DIMENSIONS.stage]: this.#stage };
    const ofShard = shard === undefined ? undefined : { ...ofStage, [METRIC_DIMENSIONS.shard]: shard };
    const definition = {
      Namespace: METRICS_NAMESPACE,
      Dimensions: [ofStage, ...(ofShard ? [ofShard] : [])].map((dimensions) => Object.keys(dimensions)),
      Metrics: [...values.keys()].map((name) => ({ Name: name, Unit: METRIC_UNITS[name] })),
    };
    return {
      _aws: { Timestamp: this.#now().getTime(), CloudWatchMetrics: [definition] },
      ...(ofShard ?? ofStage),
      ...Object.fromEntries(values),
    };
  }
}

/** At least one line, even without values. */
function splitIntoLines(values: MetricValues): Map<MetricName, Values>[] {
  const lines: Map<MetricName, Values>[] = [new Map()];
  const add = (index: number, name: MetricName, some: Values) => {
    lines[index] ??= new Map();
    lines[index].set(name, some);
  };
  for (const [name, all] of Object.entries(values) as [MetricName, Values][]) {
    if (typeof all === 'number') add(0, name, all);
    else {
      for (let start = 0; start < all.length; start += VALUES_PER_LINE) {
        add(start / VALUES_PER_LINE, name, all.slice(start, start + VALUES_PER_LINE));
      }
    }
  }
  return lines;
}
