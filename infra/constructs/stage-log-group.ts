import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { removalPolicyOf, type Stage } from '../config/stage.ts';

export interface StageLogGroupProps {
  readonly stage: Stage;
  /** CloudFormation names the log group when this is not given. */
  readonly logGroupName?: string;
}

/** A log group that keeps its lines, and itself, for as long as the stage says. */
export class StageLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, props: StageLogGroupProps) {
    const { stage, ...names } = props;
    super(scope, id, { ...names, retention: stage.logRetention, removalPolicy: removalPolicyOf(stage) });
  }

  /** What a function needs for its log to be written here, and no more: the group is there already. */
  writeStatement(): PolicyStatement {
    return new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [this.logGroupArn],
    });
  }
}
