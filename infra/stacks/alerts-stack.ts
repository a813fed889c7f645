import { Stack, type StackProps } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Stage } from '../config/stage.ts';
import { AlarmTopic } from '../constructs/observability/alarm-topic.ts';

export interface AlertsStackProps extends StackProps {
  readonly stage: Stage;
  /** Who is told; nobody when not given, and the alarms then show on the dashboard alone. */
  readonly alarmEmail?: string | undefined;
}

/** Where all alarms go. It stands before everything that can raise one. */
export class AlertsStack extends Stack {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: AlertsStackProps) {
    super(scope, id, props);
    this.topic = new AlarmTopic(this, 'Alarms', { stage: props.stage, email: props.alarmEmail }).topic;
  }
}
