import {
  Connections,
  type IConnectable,
  type IInterfaceVpcEndpoint,
  type ISecurityGroup,
  type IVpc,
  Port,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2';
import { ParameterGroup, SubnetGroup } from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { type ShardRange, shardName } from '../../../functions/domain/shard-map.ts';
import type { Stage } from '../../config/stage.ts';
import { ClosedSecurityGroup } from '../closed-security-group.ts';
import type { NodeFunction } from '../functions/node-function.ts';
import { POSTGRES, POSTGRES_PORT, Shard } from './shard.ts';

/** What every shard's Postgres is set to; times in milliseconds, of keep-alives in seconds. */
const PARAMETERS = {
  'rds.force_ssl': '1',
  // Slow statements come into the log as they were written, with placeholders: values are an order's content.
  log_min_duration_statement: '1000',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  // Nor do refused rows and keys, which the detail of an error would quote.
  log_error_verbosity: 'terse',
  log_lock_waits: '1',
  // Nobody holds locks for long without doing anything.
  idle_in_transaction_session_timeout: '30000',
  // An execution environment ends without a word: its connections are given back after a minute and a half.
  tcp_keepalives_idle: '60',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
};

export interface ShardSetProps {
  readonly stage: Stage;
  readonly vpc: IVpc;
  readonly secretsManager: IInterfaceVpcEndpoint;
  readonly ranges: readonly ShardRange[];
}

/**
 * All shards of the map, and the ways in which a function may use them. They share one security group, since whoever may
 * reach one may reach all: 26 of them with a rule for each function would be more than a stack and a group can hold.
 */
export class ShardSet extends Construct implements IConnectable {
  readonly shards: readonly Shard[];
  readonly connections: Connections;
  readonly #secretsManager: IInterfaceVpcEndpoint;

  constructor(scope: Construct, id: string, props: ShardSetProps) {
    super(scope, id);
    const { stage, vpc } = props;
    this.#secretsManager = props.secretsManager;
    // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes.
    const securityGroup = new ClosedSecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Databases of the shards',
    }) as ISecurityGroup;
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(POSTGRES_PORT) });
    const subnetGroup = new SubnetGroup(this, 'Subnets', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      description: 'Isolated subnets of the order shards',
    });
    const parameterGroup = new ParameterGroup(this, 'Parameters', {
      engine: POSTGRES,
      description: 'Order shards: no connection without TLS, no content of orders in the log',
      parameters: PARAMETERS,
    });
    this.shards = props.ranges.map(
      (range) => new Shard(this, shardName(range), { stage, range, vpc, securityGroup, subnetGroup, parameterGroup }),
    );
  }

  /** Lets a function sign in to every shard as the application user. */
  connect(fn: NodeFunction): void {
    const entries = this.shards.map(({ range, orderuserSecretName }) => ({ ...range, secret: orderuserSecretName }));
    this.#open(fn, entries);
  }

  /** Lets a function sign in to every shard as the master user as well, to migrate it. */
  connectAsMaster(fn: NodeFunction): void {
    const entries = this.shards.map(({ range, orderuserSecretName, masterSecretName }) => ({
      ...range,
      secret: orderuserSecretName,
      masterSecret: masterSecretName,
    }));
    this.#open(fn, entries);
    for (const { masterSecret } of this.shards) masterSecret.grantRead(fn);
  }

  #open(fn: NodeFunction, entries: readonly object[]): void {
    fn.addEnvironment('SHARD_MAP', JSON.stringify(entries));
    // The managed runtime brings the RDS authorities but does not trust them by itself
    // (https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html).
    fn.addEnvironment('NODE_EXTRA_CA_CERTS', '/var/runtime/ca-cert.pem');
    fn.connections.allowToDefaultPort(this.#secretsManager, 'Credentials of the shards');
    fn.connections.allowToDefaultPort(this, 'Shards');
    for (const { orderuserSecret } of this.shards) orderuserSecret.grantRead(fn);
  }
}
