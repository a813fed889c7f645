import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { STANDSTILL_SECONDS } from '../../../../functions/domain/mover-timing.ts';
import { orderFlowMetric } from '../metrics.ts';
import { type AlarmScope, OperatorAlarm } from './operator-alarm.ts';

/** A move of users between shards that does not get on, or a mover that does not run. */
export class MoveAlarm extends Construct {
  constructor(scope: Construct, id: string, props: AlarmScope) {
    super(scope, id);
    new OperatorAlarm(this, 'move-standstill', {
      ...props,
      meaning: `No user has moved to another shard for ${STANDSTILL_SECONDS / 60} minutes although a move is under way, or move-users does not run.`,
      firstAction: 'See what it waits for: `npm run shards -- status`.',
      metric: orderFlowMetric(props.stage, 'MoveStandstillSeconds', {
        statistic: 'Maximum',
        period: Duration.minutes(5),
      }),
      threshold: STANDSTILL_SECONDS,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      // Each run tells it, also while no move is under way.
      treatMissingData: TreatMissingData.BREACHING,
    });
  }
}
