import {
  type Figures,
  METRIC_DIMENSIONS,
  METRIC_UNITS,
  METRICS_NAMESPACE,
  type MetricName,
} from '../domain/metrics.ts';
import type { Log, LogFields, MetricFields, Metrics } from '../domain/ports.ts';

/** CloudWatch drops a figure that has more in one line. */
const VALUES_PER_LINE = 100;

type Values = number | readonly number[];

/**
 * Figures within the lines of the structured log, from where CloudWatch takes them without a call to its API.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class EmbeddedMetrics implements Metrics {
  readonly #log: Pick<Log, 'info'>;
  readonly #stage: string;
  readonly #now: () => Date;

  /** @param stage which all figures are about, e.g. `prod` */
  constructor(log: Pick<Log, 'info'>, stage: string, now: () => Date = () => new Date()) {
    this.#log = log;
    this.#stage = stage;
    this.#now = now;
  }

  record(message: string, figures: Figures, fields: MetricFields = {}): void {
    for (const part of inParts(figures)) this.#log.info(message, { ...fields, ...this.#embed(part, fields.shard) });
  }

  #embed(figures: ReadonlyMap<MetricName, Values>, shard: string | undefined): LogFields {
    if (figures.size === 0) return {};
    const ofStage = { [METRIC_DIMENSIONS.stage]: this.#stage };
    const ofShard = shard === undefined ? undefined : { ...ofStage, [METRIC_DIMENSIONS.shard]: shard };
    const definition = {
      Namespace: METRICS_NAMESPACE,
      Dimensions: [ofStage, ...(ofShard ? [ofShard] : [])].map((dimensions) => Object.keys(dimensions)),
      Metrics: [...figures.keys()].map((name) => ({ Name: name, Unit: METRIC_UNITS[name] })),
    };
    return {
      _aws: { Timestamp: this.#now().getTime(), CloudWatchMetrics: [definition] },
      ...(ofShard ?? ofStage),
      ...Object.fromEntries(figures),
    };
  }
}

/** All figures, split where one has too many values for a line; there is one part at least. */
function inParts(figures: Figures): Map<MetricName, Values>[] {
  const parts: Map<MetricName, Values>[] = [new Map()];
  const add = (part: number, name: MetricName, values: Values) => {
    parts[part] ??= new Map();
    parts[part].set(name, values);
  };
  for (const [name, values] of Object.entries(figures) as [MetricName, Values][]) {
    if (typeof values === 'number') add(0, name, values);
    else {
      for (let start = 0; start < values.length; start += VALUES_PER_LINE) {
        add(start / VALUES_PER_LINE, name, values.slice(start, start + VALUES_PER_LINE));
      }
    }
  }
  return parts;
}
