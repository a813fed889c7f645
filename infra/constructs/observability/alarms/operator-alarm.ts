import { Alarm, type AlarmProps } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Stage } from '../../../config/stage.ts';
import { alarmName } from '../../../names.ts';

/** The page whose headings tell what to do about each alarm. */
export const RUNBOOK = 'docs/operations.md';

/** What every alarm of a stage needs. */
export interface AlarmScope {
  readonly stage: Stage;
  /** Where the alarm and its end are reported. */
  readonly topic: ITopic;
}

type Condition = Pick<
  AlarmProps,
  'metric' | 'threshold' | 'comparisonOperator' | 'evaluationPeriods' | 'evaluateLowSampleCountPercentile'
>;

export interface OperatorAlarmProps extends AlarmScope, Condition {
  /** Heading of the runbook that covers the alarm; its own id when not given. Alarms of one kind share one. */
  readonly heading?: string;
  /** A sentence: what happened, and to whom it matters. */
  readonly meaning: string;
  /** A sentence: what to do before anything else. */
  readonly firstAction: string;
  /** What no figures at all mean for this alarm; there is no default that fits all. */
  readonly treatMissingData: NonNullable<AlarmProps['treatMissingData']>;
}

/**
 * An alarm that tells its reader what it means and what to do: `orderflow-<stage>-<id>`, reported to the stage's
 * topic, with a text that ends in the heading of the runbook where the rest stands.
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
