import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_DIMENSIONS, METRICS_NAMESPACE, type MetricName } from '../../../functions/domain/metrics.ts';
import type { FunctionFolder, Stage } from '../../config/stage.ts';
import { apiName, clusterName, functionName, instanceIdentifier } from '../../names.ts';

// Functions, API and databases are named here by the names they were given, not by references: a stack whose alarms import
// a resource would keep that resource from ever being removed.

type Figure = (name: string, options?: MetricOptions) => Metric;

/** Figures that the functions themselves give about the stage as a whole, or about one of its shards. */
export function orderFlowMetric(stage: Stage, name: MetricName, options?: MetricOptions, shard?: string): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: name,
    dimensionsMap: {
      [METRIC_DIMENSIONS.stage]: stage.name,
      ...(shard === undefined ? {} : { [METRIC_DIMENSIONS.shard]: shard }),
    },
    ...options,
  });
}

/**
 * What Lambda counts for a function, over all its versions and aliases
 * (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).
 */
export function lambdaMetrics(stage: Stage, folder: FunctionFolder | 'rotate-credentials'): Figure {
  return figures('AWS/Lambda', { FunctionName: functionName(stage.name, folder) });
}

/** What API Gateway counts for the stage of the REST API (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html). */
export function apiMetrics(stage: Stage): Figure {
  return figures('AWS/ApiGateway', { ApiName: apiName(stage.name), Stage: stage.name });
}

/** What RDS counts for an instance (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html). */
export function databaseMetrics(stage: Stage, shard: string): Figure {
  return figures('AWS/RDS', { DBInstanceIdentifier: instanceIdentifier(stage.name, shard) });
}

/** What MSK counts for a cluster, or part of it (https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html). */
export class KafkaMetrics {
  readonly #cluster: Readonly<Record<string, string>>;
  readonly #brokers: readonly string[];

  constructor({ name, kafka }: Stage) {
    this.#cluster = { 'Cluster Name': clusterName(name) };
    // MSK numbers brokers from 1.
    this.#brokers = Array.from({ length: kafka.brokers }, (_, index) => String(index + 1));
  }

  /** A figure of the cluster as a whole. */
  ofCluster(name: string, options?: MetricOptions): Metric {
    return figures('AWS/Kafka', this.#cluster)(name, options);
  }

  /** A figure of each broker, or of a topic on each broker. */
  ofBrokers(name: string, options?: MetricOptions, topic?: string): Metric[] {
    return this.#brokers.map((broker) =>
      figures('AWS/Kafka', {
        ...this.#cluster,
        'Broker ID': broker,
        ...(topic === undefined ? {} : { Topic: topic }),
      })(name, { label: `broker ${broker}`, ...options }),
    );
  }

  /** A figure of a consumer group on a topic. */
  ofGroup(name: string, consumerGroup: string, topic: string, options?: MetricOptions): Metric {
    return figures('AWS/Kafka', { ...this.#cluster, 'Consumer Group': consumerGroup, Topic: topic })(name, options);
  }
}

/**
 * One figure out of several, over those among them that have data.
 *
 * @param how a function of CloudWatch's metric math that takes a list
 * @param label what the figure is called; different from others in the same graph
 */
export function combine(
  how: 'MAX' | 'SUM',
  metrics: readonly Metric[],
  label: string,
  period: Duration,
): MathExpression {
  // A name stands for one figure only, in the whole graph.
  const prefix = label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
  const named = Object.fromEntries(metrics.map((metric, index) => [`${prefix}_${index + 1}`, metric]));
  return new MathExpression({
    expression: `${how}([${Object.keys(named).join(',')}])`,
    usingMetrics: named,
    label,
    period,
  });
}

function figures(namespace: string, dimensionsMap: Readonly<Record<string, string>>): Figure {
  return (metricName, options) =>
    new Metric({ namespace, metricName, dimensionsMap, period: Duration.minutes(5), ...options });
}
