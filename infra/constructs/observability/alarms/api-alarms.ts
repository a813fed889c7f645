import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { apiMetrics } from '../metrics.ts';
import { type AlarmScope, OperatorAlarm } from './operator-alarm.ts';

// Below this, a share of the requests says nothing: one in three is 33 %.
const ENOUGH_ERRORS = 5;

/** The API as its callers see it: requests that fail, and requests that take long. */
export class ApiAlarms extends Construct {
  constructor(scope: Construct, id: string, alarmScope: AlarmScope) {
    super(scope, id);
    const metric = apiMetrics(alarmScope.stage);
    // Nobody calls: nobody is hurt.
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
      meaning: 'The slowest 1 % of the requests took more than 3 s for 15 minutes.',
      firstAction: 'On the dashboard, find the function whose duration rose. Then open one of its traces in X-Ray.',
      metric: metric('Latency', { statistic: 'p99' }),
      threshold: 3000,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 3,
      // Of a handful of requests, the slowest one is the 99th percentile, and that one may be a cold start.
      evaluateLowSampleCountPercentile: 'ignore',
    });
  }
}
