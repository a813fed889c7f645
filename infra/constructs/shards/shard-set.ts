import type { Connections, IConnectable } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { ShardRange } from '../../../functions/domain/shard-map.ts';
import type { Stage } from '../../config/stage.ts';
import { secretName } from '../../names.ts';
import type { NodeFunction } from '../functions/node-function.ts';
import { demandNetwork, type Network } from '../network.ts';
import { externalShards } from './external-shards.ts';
import { rdsShards } from './rds-shards.ts';
import type { Shard, Shards } from './shard.ts';

export interface ShardSetProps {
  readonly stage: Stage;
  /** Undefined on LocalStack alone. */
  readonly network: Network | undefined;
  readonly ranges: readonly ShardRange[];
}

/** All shards of the present map and of the next one, and the ways in which a function may use them. */
export class ShardSet extends Construct implements Shards, IConnectable {
  readonly shards: readonly Shard[];
  readonly connections: Connections;
  readonly tls: boolean;
  readonly #stage: Stage;
  readonly #network: Network | undefined;

  constructor(scope: Construct, id: string, { stage, network, ranges }: ShardSetProps) {
    super(scope, id);
    const { localstack } = stage;
    const { shards, connections, tls } =
      localstack === undefined
        ? rdsShards(this, stage, ranges, demandNetwork(network))
        : externalShards(this, stage, ranges, localstack);
    this.shards = shards;
    this.connections = connections;
    this.tls = tls;
    this.#stage = stage;
    this.#network = network;
  }

  /** Lets a function sign in to every shard as the application user. */
  connect(fn: NodeFunction): void {
    const entries = this.shards.map(({ range, orderuserSecretName }) => ({ ...range, secret: orderuserSecretName }));
    this.#open(fn, entries);
    for (const { orderuserSecret } of this.shards) orderuserSecret.grantRead(fn);
  }

  /** Lets a function sign in to every shard as the user that moves users' orders, and as nobody else. */
  connectAsMover(fn: NodeFunction): void {
    const entries = this.shards.map(({ range, ordermoverSecretName }) => ({ ...range, secret: ordermoverSecretName }));
    this.#open(fn, entries);
    for (const { ordermoverSecret } of this.shards) ordermoverSecret.grantRead(fn);
  }

  /** Lets a function sign in to every shard as its master user, to migrate it, and as the users that it creates. */
  connectAsMaster(fn: NodeFunction): void {
    this.connect(fn);
    fn.addEnvironment('MASTER_SECRETS', secretName(this.#stage.name, '{shard}', 'master'));
    fn.addEnvironment('MOVER_SECRETS', secretName(this.#stage.name, '{shard}', 'ordermover'));
    for (const { masterSecret, ordermoverSecret } of this.shards) {
      for (const secret of [ordermoverSecret, masterSecret]) secret.grantRead(fn);
    }
  }

  #open(fn: NodeFunction, entries: readonly object[]): void {
    fn.addEnvironment('SHARD_MAP', JSON.stringify(entries));
    fn.addEnvironment('DATABASE_TLS', this.tls ? 'on' : 'off');
    // The managed runtime brings the RDS authorities but does not trust them by itself
    // (https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html).
    if (this.tls) fn.addEnvironment('NODE_EXTRA_CA_CERTS', '/var/runtime/ca-cert.pem');
    fn.mayReach(this.#network?.secretsManager, 'Credentials of the shards');
    fn.mayReach(this, 'Shards');
  }
}
