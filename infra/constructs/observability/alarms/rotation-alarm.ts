import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { lambdaMetrics } from '../metrics.ts';
import { type AlarmScope, OperatorAlarm } from './operator-alarm.ts';

/** The rotation of database passwords, whose failure nobody else would notice. */
export class RotationAlarm extends Construct {
  constructor(scope: Construct, id: string, props: AlarmScope) {
    super(scope, id);
    new OperatorAlarm(this, 'rotation-errors', {
      ...props,
      meaning: 'The password of a database user could not be rotated. The current password remains valid.',
      firstAction: 'The log of rotate-credentials names the secret and the step that failed.',
      metric: lambdaMetrics(props.stage, 'rotate-credentials')('Errors', { statistic: 'Sum' }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // It runs once a month for each secret.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
