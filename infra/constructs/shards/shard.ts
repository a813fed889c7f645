import type { Connections } from 'aws-cdk-lib/aws-ec2';
import { DatabaseInstanceEngine, PostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type ShardRange, shardName } from '../../../functions/domain/shard-map.ts';
import type { Stage } from '../../config/stage.ts';
import { secretName } from '../../names.ts';

// RDS refuses / @ " and blanks; the others would need quoting in a URL, a shell or SQL.
export const PASSWORD_EXCLUDES = ' %+~`#$&*()|[]{}:;<>?!\'/@"\\';

/** The major version alone: RDS takes its current minor one, and brings it up to date in the maintenance window. */
export const POSTGRES = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_18 });

export const MASTER_USER = 'postgres';
export const APPLICATION_USER = 'orderuser';
export const MOVER_USER = 'ordermover';

/** The shards of both maps, for those who use them. */
export interface Shards {
  readonly shards: readonly Shard[];
  readonly connections: Connections;
  /** Whether the databases take connections with TLS, and no others; in plain text if not. */
  readonly tls: boolean;
}

export interface ShardProps {
  readonly stage: Stage;
  readonly range: ShardRange;
}

/** One Postgres database and the secrets to sign in to it, which say where it is as well. */
export abstract class Shard extends Construct {
  readonly range: ShardRange;
  readonly masterSecretName: string;
  readonly orderuserSecretName: string;
  readonly ordermoverSecretName: string;
  /** The master user's; for migrate-shards alone, which creates the other users. */
  abstract readonly masterSecret: ISecret;
  /** The application user's: rights on its tables, no DDL. */
  abstract readonly orderuserSecret: ISecret;
  /** Of the user that moves users' orders between shards. */
  abstract readonly ordermoverSecret: ISecret;

  constructor(scope: Construct, id: string, { stage, range }: ShardProps) {
    super(scope, id);
    this.range = range;
    this.masterSecretName = secretName(stage.name, shardName(range), 'master');
    this.orderuserSecretName = secretName(stage.name, shardName(range), 'orderuser');
    this.ordermoverSecretName = secretName(stage.name, shardName(range), 'ordermover');
  }
}
