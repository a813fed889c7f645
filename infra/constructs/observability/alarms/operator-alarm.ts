import { Alarm, type AlarmProps } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Stage } from '../../../config/stage.ts';
import { alarmName } from '../../../names.ts';

/** Its headings cover the alarms. */
export const RUNBOOK = 'docs/operations.md';

export interface AlarmScope {
  readonly stage: Stage;
  /** Notified of the alarm and its end. */
  readonly topic: ITopic;
}

type Condition = Pick<
  AlarmProps,
  'metric' | 'threshold' | 'comparisonOperator' | 'evaluationPeriods' | 'evaluateLowSampleCountPercentile'
>;

export interface OperatorAlarmProps extends AlarmScope, Condition {
  /** Heading of the runbook; the id by default. Alarms of one kind share one. */
  readonly heading?: string;
  /** A sentence: what happened, and to whom it matters. */
  readonly meaning: string;
  /** A sentence: what to do before anything else. */
  readonly firstAction: string;
  /** There is no default that fits all alarms. */
  readonly treatMissingData: NonNullable<AlarmProps['treatMissingData']>;
}

/**
 * An alarm called `orderflow-<stage>-<id>`, whose text says what it means, what to do first, and where the runbook has the
 * rest.
 */
export class OperatorAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: OperatorAlarmProps) {
    const { stage, topic, heading = id, meaning, firstAction, ...condition } = props;
    super(scope, id, {
      ...condition,
      alarmName: alarmName(stage.name, id),
      alarmDescription: `${meaning} ${firstAction} See ${RUNBOOK}#${heading}`,
    });
    const action = new SnsAction(topic);
    this.addAlarmAction(action);
    this.addOkAction(action);
  }
}
