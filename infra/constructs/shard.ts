import { Duration } from 'aws-cdk-lib';
import { Connections, type IConnectable, InstanceType, type IVpc, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  DatabaseSecret,
  type IParameterGroup,
  type ISubnetGroup,
  PostgresEngineVersion,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type ShardRange, shardDatabase, shardName } from '../../functions/domain/shard-map.ts';
import { removalPolicyOf, type Stage } from '../stage.ts';

const POSTGRES_PORT = 5432;

// RDS refuses / @ " and blanks; the others would need quoting in a URL, a shell or SQL.
const PASSWORD_EXCLUDES = ' %+~`#$&*()|[]{}:;<>?!\'/@"\\';

export const POSTGRES = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_18_3 });

export interface ShardProps {
  readonly stage: Stage;
  readonly range: ShardRange;
  readonly vpc: IVpc;
  readonly subnetGroup: ISubnetGroup;
  readonly parameterGroup: IParameterGroup;
}

/** One Postgres instance and the two secrets to sign in to it. */
export class Shard extends Construct implements IConnectable {
  readonly range: ShardRange;
  readonly connections: Connections;
  /** The master user's; for migrate-shards alone, which creates `orderuser`. */
  readonly masterSecret: ISecret;
  /** The application user's: rights on its tables, no DDL. */
  readonly orderuserSecret: ISecret;
  readonly masterSecretName: string;
  readonly orderuserSecretName: string;

  constructor(scope: Construct, id: string, props: ShardProps) {
    super(scope, id);
    const { stage, range } = props;
    this.range = range;
    this.masterSecretName = secretName(stage, range, 'master');
    this.orderuserSecretName = secretName(stage, range, 'orderuser');

    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: `Database of ${shardName(range)}`,
      allowAllOutbound: false,
    });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(POSTGRES_PORT) });

    this.masterSecret = this.#secret('MasterSecret', this.masterSecretName, 'postgres');
    const instance = new DatabaseInstance(this, 'Database', {
      engine: POSTGRES,
      instanceType: new InstanceType(stage.database.instanceType),
      databaseName: shardDatabase(range),
      credentials: Credentials.fromSecret(this.masterSecret),
      vpc: props.vpc,
      subnetGroup: props.subnetGroup,
      securityGroups: [securityGroup],
      port: POSTGRES_PORT,
      parameterGroup: props.parameterGroup,
      multiAz: stage.database.multiAz,
      storageType: StorageType.GP3,
      storageEncrypted: true,
      allocatedStorage: stage.database.storageGiB,
      backupRetention: Duration.days(stage.database.backupDays),
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: stage.disposable,
      deletionProtection: !stage.disposable,
      removalPolicy: removalPolicyOf(stage),
    });
    this.orderuserSecret = this.#secret('OrderuserSecret', this.orderuserSecretName, 'orderuser');
    this.orderuserSecret.attach(instance);
    // A database that outlives its stack needs its passwords.
    for (const secret of [this.masterSecret, this.orderuserSecret]) secret.applyRemovalPolicy(removalPolicyOf(stage));
  }

  // Attaching to the instance fills in engine, host, port and the database's name.
  #secret(id: string, secretName: string, username: string): ISecret {
    // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes.
    return new DatabaseSecret(this, id, { secretName, username, excludeCharacters: PASSWORD_EXCLUDES }) as ISecret;
  }
}

function secretName(stage: Stage, range: ShardRange, user: 'master' | 'orderuser'): string {
  return `orderflow/${stage.name}/${shardName(range)}/${user}`;
}
