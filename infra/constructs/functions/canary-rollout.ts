import { Duration, Validations } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { FunctionFolder, Stage } from '../../config/stage.ts';
import { LIVE_ALIAS } from '../../names.ts';
import { OperatorAlarm } from '../observability/alarms/operator-alarm.ts';

export interface CanaryRolloutProps {
  readonly stage: Stage;
  readonly folder: FunctionFolder;
  readonly alias: Alias;
  /** Told when invocations fail. */
  readonly alarmTopic: ITopic;
}

/**
 * Gives a new version a tenth of the invocations for five minutes, then all of them unless one failed. Otherwise the deployment
 * is rolled back.
 */
export class CanaryRollout extends Construct {
  constructor(scope: Construct, id: string, props: CanaryRolloutProps) {
    super(scope, id);
    new LambdaDeploymentGroup(this, 'Group', {
      alias: props.alias,
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: [this.#alarm(props)],
      // The CDK would otherwise add AWS's policy for all functions of the account.
      role: this.#role(props).withoutPolicyUpdates(),
    });
  }

  #alarm({ stage, folder, alias, alarmTopic }: CanaryRolloutProps): OperatorAlarm {
    return new OperatorAlarm(this, `function-rollback-${folder}`, {
      stage,
      topic: alarmTopic,
      heading: 'function-rollback',
      meaning: `An invocation of ${folder} crashed or timed out. A version that is being deployed is rolled back.`,
      firstAction: 'Check whether CodeDeploy was deploying one, and read the latest ERROR lines in the log group.',
      metric: alias.metricErrors({ period: Duration.minutes(1), statistic: 'Sum' }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  #role({ alias }: CanaryRolloutProps): Role {
    const { functionArn } = alias.lambda;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      inlinePolicies: {
        Rollout: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
              // By name: a reference would be circular, since the alias waits for its rollout.
              resources: [functionArn, `${functionArn}:${LIVE_ALIAS}`],
            }),
            new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] }),
          ],
        }),
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'CodeDeploy watches the rollback alarm with DescribeAlarms, which AWS grants on all alarms or, for those who ' +
        'may also meet composite alarms, not at all. It reads states and changes nothing.',
    });
    return role;
  }
}
