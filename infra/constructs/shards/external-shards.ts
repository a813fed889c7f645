import { CfnResource } from 'aws-cdk-lib';
import { Connections } from 'aws-cdk-lib/aws-ec2';
import { CfnDBInstance } from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { type ShardRange, shardDatabase, shardName } from '../../../functions/domain/shard-map.ts';
import type { LocalStackTarget } from '../../config/localstack-target.ts';
import { removalPolicyOf, type Stage } from '../../config/stage.ts';
import { externalize } from '../../localstack/externalize.ts';
import { instanceIdentifier } from '../../names.ts';
import {
  APPLICATION_USER,
  MASTER_USER,
  MOVER_USER,
  PASSWORD_EXCLUDES,
  POSTGRES,
  Shard,
  type ShardProps,
  type Shards,
} from './shard.ts';

/** Databases that stand in for RDS on LocalStack. */
export function externalShards(
  scope: Construct,
  stage: Stage,
  ranges: readonly ShardRange[],
  { shardAddresses }: LocalStackTarget,
): Shards {
  const shards = ranges.map((range, index) => {
    const [host = '', port] = shardAddresses[index]?.split(':') ?? [];
    return new ExternalShard(scope, shardName(range), { stage, range, host, port: Number(port) });
  });
  return { shards, connections: new Connections(), tls: false };
}

interface ExternalShardProps extends ShardProps {
  readonly host: string;
  readonly port: number;
}

class ExternalShard extends Shard {
  readonly masterSecret: ISecret;
  readonly orderuserSecret: ISecret;
  readonly ordermoverSecret: ISecret;

  constructor(scope: Construct, id: string, props: ExternalShardProps) {
    super(scope, id, props);
    const { stage, range, host, port } = props;
    const instance = new CfnResource(this, 'Database', {
      type: CfnDBInstance.CFN_RESOURCE_TYPE_NAME,
      properties: {
        DBInstanceIdentifier: instanceIdentifier(stage.name, shardName(range)),
        Engine: POSTGRES.engineType,
        EngineVersion: POSTGRES.engineVersion?.fullVersion,
        DBName: shardDatabase(range),
        MasterUsername: MASTER_USER,
      },
    });
    const secrets = [this.masterSecretName, this.orderuserSecretName, this.ordermoverSecretName];
    externalize(instance, { Host: host, Port: port, Secrets: secrets });
    this.masterSecret = this.#secret('MasterSecret', this.masterSecretName, MASTER_USER, props);
    this.orderuserSecret = this.#secret('OrderuserSecret', this.orderuserSecretName, APPLICATION_USER, props);
    this.ordermoverSecret = this.#secret('OrdermoverSecret', this.ordermoverSecretName, MOVER_USER, props);
  }

  /** With what RDS would fill in. The password is random until it is replaced by the stand-in's. */
  #secret(id: string, secretName: string, username: string, { stage, range, host, port }: ExternalShardProps): ISecret {
    const database = { engine: POSTGRES.engineType, host, port, dbname: shardDatabase(range) };
    // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes.
    return new Secret(this, id, {
      secretName,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ ...database, username }),
        generateStringKey: 'password',
        excludeCharacters: PASSWORD_EXCLUDES,
      },
      removalPolicy: removalPolicyOf(stage),
    }) as ISecret;
  }
}
