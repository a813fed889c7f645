import type { Template } from 'aws-cdk-lib/assertions';
import { RUNBOOK } from '../constructs/observability/alarms/operator-alarm.ts';
import { type Json, properties } from './inspect.ts';

/** A figure that an alarm looks at. */
export interface WatchedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
}

export interface AlarmInTemplate {
  readonly name: string;
  readonly text: string;
  /** The heading of the runbook in which its text ends; undefined when it ends otherwise. */
  readonly heading: string | undefined;
  readonly metrics: readonly WatchedMetric[];
  readonly properties: Json;
}

/** All alarms of the templates, whichever stack they stand in. */
export function alarmsIn(...templates: readonly Template[]): AlarmInTemplate[] {
  return templates
    .flatMap((template) => properties(template, 'AWS::CloudWatch::Alarm'))
    .map((alarm) => ({
      name: alarm.AlarmName,
      text: alarm.AlarmDescription,
      heading: new RegExp(`^\\S.*\\. See ${RUNBOOK}#([a-z0-9-]+)$`, 's').exec(alarm.AlarmDescription)?.[1],
      metrics: watched(alarm),
      properties: alarm,
    }));
}

function watched(alarm: Json): WatchedMetric[] {
  if (alarm.Metrics === undefined) {
    return [metric({ ...alarm, Stat: alarm.Statistic ?? alarm.ExtendedStatistic })];
  }
  return alarm.Metrics.filter(({ MetricStat }: Json) => MetricStat !== undefined).map(({ MetricStat }: Json) =>
    metric({ ...MetricStat.Metric, Stat: MetricStat.Stat }),
  );
}

function metric({ Namespace, MetricName, Dimensions, Stat }: Json): WatchedMetric {
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }: Json) => [Name, Value]));
  return { namespace: Namespace, name: MetricName, dimensions, statistic: Stat };
}
