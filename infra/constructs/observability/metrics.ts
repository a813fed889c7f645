import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_DIMENSIONS, METRICS_NAMESPACE, type MetricName } from '../../../functions/contract/metrics.ts';
import type { FunctionFolder, Stage } from '../../config/stage.ts';
import { apiName, clusterName, functionName, instanceIdentifier } from '../../names.ts';

// Resources are referred to by name: a stack whose alarms imported a resource would keep it from ever being removed.

type MetricOf = (name: string, options?: MetricOptions) => Metric;

/** A metric of the functions, for the stage or for one of its shards. */
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
 * Lambda metrics of a function, over all its versions and aliases
 * (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).
 */
export function lambdaMetrics(stage: Stage, folder: FunctionFolder | 'rotate-credentials'): MetricOf {
  return metricsOf('AWS/Lambda', { FunctionName: functionName(stage.name, folder) });
}

/** API Gateway metrics of the REST API's stage (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html). */
export function apiMetrics(stage: Stage): MetricOf {
  return metricsOf('AWS/ApiGateway', { ApiName: apiName(stage.name), Stage: stage.name });
}

/** RDS metrics of an instance (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html). */
export function databaseMetrics(stage: Stage, shard: string): MetricOf {
  return metricsOf('AWS/RDS', { DBInstanceIdentifier: instanceIdentifier(stage.name, shard) });
}

/** MSK metrics of a cluster, or of a part of it (https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html). */
export class KafkaMetrics {
  readonly #cluster: Readonly<Record<string, string>>;
  readonly #brokers: readonly string[];

  constructor({ name, kafka }: Stage) {
    this.#cluster = { 'Cluster Name': clusterName(name) };
    // MSK numbers brokers from 1.
    this.#brokers = Array.from({ length: kafka.brokers }, (_, index) => String(index + 1));
  }

  ofCluster(name: string, options?: MetricOptions): Metric {
    return metricsOf('AWS/Kafka', this.#cluster)(name, options);
  }

  /** One metric per broker, or of a topic on each broker. */
  ofBrokers(name: string, options?: MetricOptions, topic?: string): Metric[] {
    return this.#brokers.map((broker) =>
      metricsOf('AWS/Kafka', {
        ...this.#cluster,
        'Broker ID': broker,
        ...(topic === undefined ? {} : { Topic: topic }),
      })(name, { label: `broker ${broker}`, ...options }),
    );
  }

  ofGroup(name: string, consumerGroup: string, topic: string, options?: MetricOptions): Metric {
    return metricsOf('AWS/Kafka', { ...this.#cluster, 'Consumer Group': consumerGroup, Topic: topic })(name, options);
  }
}

/**
 * One metric out of several, over those that have data.
 *
 * @param how a function of CloudWatch metric math that takes a list
 * @param label unique in its graph
 */
export function combine(
  how: 'MAX' | 'SUM',
  metrics: readonly Metric[],
  label: string,
  period: Duration,
): MathExpression {
  // A name must be unique in the whole graph.
  const prefix = label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
  const named = Object.fromEntries(metrics.map((metric, index) => [`${prefix}_${index + 1}`, metric]));
  return new MathExpression({
    expression: `${how}([${Object.keys(named).join(',')}])`,
    usingMetrics: named,
    label,
    period,
  });
}

function metricsOf(namespace: string, dimensionsMap: Readonly<Record<string, string>>): MetricOf {
  return (metricName, options) =>
    new Metric({ namespace, metricName, dimensionsMap, period: Duration.minutes(5), ...options });
}
