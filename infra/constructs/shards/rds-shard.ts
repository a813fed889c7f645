import { Duration, Validations } from 'aws-cdk-lib';
import { InstanceType, type ISecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  CaCertificate,
  Credentials,
  DatabaseInstance,
  DatabaseSecret,
  EngineLifecycleSupport,
  type IParameterGroup,
  type ISubnetGroup,
  PerformanceInsightRetention,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { shardDatabase, shardName } from '../../../functions/domain/shard-map.ts';
import { removalPolicyOf, type Stage } from '../../config/stage.ts';
import { instanceIdentifier } from '../../names.ts';
import { StageLogGroup } from '../stage-log-group.ts';
import {
  APPLICATION_USER,
  MASTER_USER,
  MOVER_USER,
  PASSWORD_EXCLUDES,
  POSTGRES,
  Shard,
  type ShardProps,
} from './shard.ts';

export const POSTGRES_PORT = 5432;

export interface RdsShardProps extends ShardProps {
  readonly vpc: IVpc;
  readonly securityGroup: ISecurityGroup;
  readonly subnetGroup: ISubnetGroup;
  readonly parameterGroup: IParameterGroup;
}

export class RdsShard extends Shard {
  readonly masterSecret: ISecret;
  readonly orderuserSecret: ISecret;
  readonly ordermoverSecret: ISecret;

  constructor(scope: Construct, id: string, props: RdsShardProps) {
    super(scope, id, props);
    const masterSecret = this.#secret('MasterSecret', this.masterSecretName, MASTER_USER);
    const instance = this.#instance(props, masterSecret);
    const orderuserSecret = this.#secret('OrderuserSecret', this.orderuserSecretName, APPLICATION_USER);
    const ordermoverSecret = this.#secret('OrdermoverSecret', this.ordermoverSecretName, MOVER_USER);
    // A retained database needs its passwords.
    for (const secret of [masterSecret, orderuserSecret, ordermoverSecret]) {
      secret.applyRemovalPolicy(removalPolicyOf(props.stage));
    }
    // Before they are attached to the instance, they lack host, port and database name.
    this.masterSecret = instance.secret as ISecret;
    this.orderuserSecret = orderuserSecret.attach(instance);
    this.ordermoverSecret = ordermoverSecret.attach(instance);
  }

  #instance(props: RdsShardProps, masterSecret: ISecret): DatabaseInstance {
    const { stage, range } = props;
    const { database } = stage;
    // Named, so that its log group can be created first, and a change that would replace the database fails.
    const identifier = instanceIdentifier(stage.name, shardName(range));
    const logGroup = new StageLogGroup(this, 'Logs', {
      stage,
      logGroupName: `/aws/rds/instance/${identifier}/postgresql`,
    });
    const instance = new DatabaseInstance(this, 'Database', {
      instanceIdentifier: identifier,
      engine: POSTGRES,
      instanceType: new InstanceType(database.instanceType),
      databaseName: shardDatabase(range),
      credentials: Credentials.fromSecret(masterSecret),
      caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
      vpc: props.vpc,
      subnetGroup: props.subnetGroup,
      securityGroups: [props.securityGroup],
      port: POSTGRES_PORT,
      parameterGroup: props.parameterGroup,
      multiAz: database.multiAz,
      storageType: StorageType.GP3,
      storageEncrypted: true,
      allocatedStorage: database.storageGiB,
      ...(database.maxStorageGiB === undefined ? {} : { maxAllocatedStorage: database.maxStorageGiB }),
      backupRetention: Duration.days(database.backupDays),
      // UTC. Maintenance finds a fresh backup.
      preferredBackupWindow: '02:00-03:00',
      preferredMaintenanceWindow: 'sun:03:30-sun:04:30',
      autoMinorVersionUpgrade: true,
      // RDS then upgrades at the end of a major version instead of charging for extended support.
      engineLifecycleSupport: EngineLifecycleSupport.OPEN_SOURCE_RDS_EXTENDED_SUPPORT_DISABLED,
      enablePerformanceInsights: true,
      // 7 days, which are free.
      performanceInsightRetention: PerformanceInsightRetention.DEFAULT,
      cloudwatchLogsExports: ['postgresql'],
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: stage.disposable,
      deletionProtection: !stage.disposable,
      removalPolicy: removalPolicyOf(stage),
    });
    instance.node.addDependency(logGroup);
    acknowledge(instance, stage);
    return instance;
  }

  // Attaching it to the instance fills in engine, host, port and database name.
  #secret(id: string, secretName: string, username: string): ISecret {
    // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes.
    return new DatabaseSecret(this, id, { secretName, username, excludeCharacters: PASSWORD_EXCLUDES }) as ISecret;
  }
}

function acknowledge(instance: DatabaseInstance, stage: Stage): void {
  const findings = Validations.of(instance);
  findings.acknowledge({
    id: 'AwsSolutions-RDS11',
    reason:
      'Only the security groups of our own functions reach the database, in subnets without internet access: ' +
      'another port would not make it safer.',
  });
  if (!stage.disposable) return;
  findings.acknowledge(
    { id: 'AwsSolutions-RDS3', reason: 'The stage is disposable: a standby would double its price.' },
    { id: 'AwsSolutions-RDS10', reason: 'The stage is disposable: its databases are deleted with their stack.' },
  );
}
