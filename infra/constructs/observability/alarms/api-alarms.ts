import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { apiMetrics } from '../metrics.ts';
import { type AlarmScope, OperatorAlarm } from './operator-alarm.ts';

// Below this, a percentage says nothing: one in three is 33 %.
const ENOUGH_ERRORS = 5;

/** The API as callers see it: errors and latency. */
export class ApiAlarms extends Construct {
  constructor(scope: Construct, id: string, alarmScope: AlarmScope) {
    super(scope, id);
    const metric = apiMetrics(alarmScope.stage);
    const common = { ...alarmScope, treatMissingData: TreatMissingData.NOT_BREACHING };
    new OperatorAlarm(this, 'api-5xx', {
      ...common,
      meaning: "More than 1 % of the API's responses were server errors (5xx) for ten minutes.",
      firstAction:
        'Open /health, which names the part that is down. Then check the access log for the affected routes.',
      metric: new MathExpression({
        expression: `IF(errors >= ${ENOUGH_ERRORS}, 100 * errors / requests, 0)`,
        usingMetrics: {
          errors: metric('5XXError', { statistic: 'Sum' }),
          requests: metric('Count', { statistic: 'Sum' }),
        },
        label: 'Responses with 5xx, %',
        period: Duration.minutes(5),
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 2,
    });
    new OperatorAlarm(this, 'api-latency', {
      ...common,
      meaning: 'For 15 minutes, the slowest 1 % of the requests took over 3 s each.',
      firstAction: 'On the dashboard, find the function whose duration rose. Then open one of its traces in X-Ray.',
      metric: metric('Latency', { statistic: 'p99' }),
      threshold: 3000,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 3,
      // The slowest of a handful of requests is their 99th percentile, and may be a cold start.
      evaluateLowSampleCountPercentile: 'ignore',
    });
  }
}
