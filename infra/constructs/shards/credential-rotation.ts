import { Aws, CfnMapping, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnApplication } from 'aws-cdk-lib/aws-sam';
import { RotationSchedule, SecretRotationApplication } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IDependable } from 'constructs';
import { shardName } from '../../../functions/domain/shard-map.ts';
import type { Stage } from '../../config/stage.ts';
import { functionLogGroupName, functionName } from '../../names.ts';
import { ClosedSecurityGroup } from '../closed-security-group.ts';
import { demandNetwork, type Network } from '../network.ts';
import { StageLogGroup } from '../stage-log-group.ts';
import { PASSWORD_EXCLUDES } from './shard.ts';
import type { ShardSet } from './shard-set.ts';

const ROTATE_AFTER = Duration.days(30);
const APPLICATION = SecretRotationApplication.POSTGRES_ROTATION_SINGLE_USER;

export interface CredentialRotationProps {
  readonly stage: Stage;
  /** Undefined on LocalStack alone. */
  readonly network: Network | undefined;
  readonly shards: ShardSet;
  /** Secrets Manager signs in as each user when its rotation is set up. */
  readonly after: IDependable;
}

/**
 * Gives every user of every shard a new password each month, with AWS's own application. One serves all secrets, and may read
 * and write only those that name it.
 */
export class CredentialRotation extends Construct {
  constructor(scope: Construct, id: string, props: CredentialRotationProps) {
    super(scope, id);
    // The stand-ins of the databases keep their passwords.
    if (props.stage.localstack !== undefined) return;
    const functionArn = this.#deployApplication(props, demandNetwork(props.network));
    // The application itself allows Secrets Manager to invoke it.
    const rotationLambda = LambdaFunction.fromFunctionArn(this, 'Function', functionArn);
    for (const { range, masterSecret, orderuserSecret, ordermoverSecret } of props.shards.shards) {
      const secrets = { Master: masterSecret, Orderuser: orderuserSecret, Ordermover: ordermoverSecret };
      for (const [user, secret] of Object.entries(secrets)) {
        const schedule = new RotationSchedule(this, `${shardName(range)}${user}`, {
          secret,
          rotationLambda,
          automaticallyAfter: ROTATE_AFTER,
          // Not during a deployment.
          rotateImmediatelyOnUpdate: false,
        });
        schedule.node.addDependency(props.after);
      }
    }
  }

  #deployApplication({ stage, shards }: CredentialRotationProps, { vpc, secretsManager }: Network): string {
    const name = functionName(stage.name, 'rotate-credentials');
    const logGroup = new StageLogGroup(this, 'Logs', { stage, logGroupName: functionLogGroupName(name) });
    const securityGroup = new ClosedSecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Rotation of the credentials of the shards',
    });
    securityGroup.connections.allowToDefaultPort(secretsManager, 'Credentials of the shards');
    securityGroup.connections.allowToDefaultPort(shards, 'Shards');

    const application = new CfnApplication(this, 'Application', {
      location: this.#location(),
      parameters: {
        functionName: name,
        endpoint: `https://secretsmanager.${Aws.REGION}.${Aws.URL_SUFFIX}`,
        vpcSubnetIds: vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_ISOLATED }).subnetIds.join(','),
        vpcSecurityGroupIds: securityGroup.securityGroupId,
        excludeCharacters: PASSWORD_EXCLUDES,
      },
    });
    application.applyRemovalPolicy(RemovalPolicy.DESTROY);
    application.node.addDependency(logGroup);
    return application.getAtt('Outputs.RotationLambdaARN').toString();
  }

  #location(): { applicationId: string; semanticVersion: string } {
    const mapping = new CfnMapping(this, 'Catalogue', {
      mapping: Object.fromEntries(
        ['aws', 'aws-cn', 'aws-us-gov'].map((partition) => [
          partition,
          {
            applicationId: APPLICATION.applicationArnForPartition(partition),
            semanticVersion: APPLICATION.semanticVersionForPartition(partition),
          },
        ]),
      ),
    });
    return {
      applicationId: mapping.findInMap(Aws.PARTITION, 'applicationId'),
      semanticVersion: mapping.findInMap(Aws.PARTITION, 'semanticVersion'),
    };
  }
}
