import { type IInterfaceVpcEndpoint, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { ParameterGroup, SubnetGroup } from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { type ShardRange, shardName } from '../../functions/domain/shard-map.ts';
import type { Stage } from '../stage.ts';
import type { NodeFunction } from './node-function.ts';
import { POSTGRES, Shard } from './shard.ts';

export interface ShardSetProps {
  readonly stage: Stage;
  readonly vpc: IVpc;
  readonly secretsManager: IInterfaceVpcEndpoint;
  readonly ranges: readonly ShardRange[];
}

/** All shards of the map, and the ways in which a function may use them. */
export class ShardSet extends Construct {
  readonly shards: readonly Shard[];
  readonly #secretsManager: IInterfaceVpcEndpoint;

  constructor(scope: Construct, id: string, props: ShardSetProps) {
    super(scope, id);
    const { stage, vpc } = props;
    this.#secretsManager = props.secretsManager;
    const subnetGroup = new SubnetGroup(this, 'Subnets', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      description: 'Isolated subnets of the order shards',
    });
    const parameterGroup = new ParameterGroup(this, 'Parameters', {
      engine: POSTGRES,
      description: 'Order shards: no connection without TLS',
      parameters: { 'rds.force_ssl': '1' },
    });
    this.shards = props.ranges.map(
      (range) => new Shard(this, shardName(range), { stage, range, vpc, subnetGroup, parameterGroup }),
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
    for (const shard of this.shards) {
      shard.orderuserSecret.grantRead(fn);
      fn.connections.allowToDefaultPort(shard, shardName(shard.range));
    }
  }
}
