import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { FunctionFolder } from '../../../config/stage.ts';
import { lambdaMetrics } from '../metrics.ts';
import { type AlarmScope, OperatorAlarm } from './operator-alarm.ts';

export interface FunctionAlarmsProps extends AlarmScope {
  readonly folder: FunctionFolder;
  /** Whether a failed invocation is a defect of the function. */
  readonly failsByItself: boolean;
}

/** For each function that runs unattended: it fails, or is called more often than it may run. */
export class FunctionAlarms extends Construct {
  constructor(scope: Construct, id: string, props: FunctionAlarmsProps) {
    super(scope, id);
    const { stage, topic, folder, failsByItself } = props;
    const metric = lambdaMetrics(stage, folder);
    const common = { stage, topic, treatMissingData: TreatMissingData.NOT_BREACHING };
    if (failsByItself) {
      new OperatorAlarm(this, `function-errors-${folder}`, {
        ...common,
        heading: 'function-errors',
        meaning: `${folder} crashed or timed out at least 3 times in five minutes.`,
        firstAction:
          'Read the latest ERROR lines in its log group, and compare them with the time of the last deployment.',
        metric: metric('Errors', { statistic: 'Sum' }),
        threshold: 3,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
      });
    }
    new OperatorAlarm(this, `function-throttles-${folder}`, {
      ...common,
      heading: 'function-throttles',
      meaning: `${folder} was called more often than its reserved concurrency allows, for 15 minutes.`,
      firstAction: 'On the dashboard, check whether there are more calls than usual or whether each takes longer.',
      metric: metric('Throttles', { statistic: 'Sum' }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 3,
    });
  }
}
