import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { IInterfaceVpcEndpoint, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Trigger } from 'aws-cdk-lib/triggers';
import type { Construct } from 'constructs';
import type { ShardRange } from '../../functions/domain/shard-map.ts';
import type { Stage } from '../config/stage.ts';
import { NodeFunction } from '../constructs/functions/node-function.ts';
import { CredentialRotation } from '../constructs/shards/credential-rotation.ts';
import { ShardSet } from '../constructs/shards/shard-set.ts';

export interface ShardsStackProps extends StackProps {
  readonly stage: Stage;
  readonly vpc: IVpc;
  readonly secretsManager: IInterfaceVpcEndpoint;
  readonly ranges: readonly ShardRange[];
}

/** The Postgres shards, brought to the current schema before the stack counts as deployed. */
export class ShardsStack extends Stack {
  readonly shards: ShardSet;

  constructor(scope: Construct, id: string, props: ShardsStackProps) {
    super(scope, id, props);
    const { stage, vpc, secretsManager, ranges } = props;
    this.shards = new ShardSet(this, 'Shards', { stage, vpc, secretsManager, ranges });

    const timeout = Duration.minutes(5);
    const migrateShards = new NodeFunction(this, 'MigrateShards', {
      stage,
      vpc,
      folder: 'migrate-shards',
      timeout,
      memoryMiB: 256,
      files: { migrations: 'scripts/migrations' },
    });
    this.shards.connectAsMaster(migrateShards);
    // Runs whenever the function's code (the migrations lie in it) or its shard map changes. It waits for the function's
    // security group rules and rights too, which the function itself does not depend on.
    const migrate = new Trigger(this, 'Migrate', {
      handler: migrateShards,
      timeout,
      executeAfter: [this.shards, migrateShards, ...migrateShards.connections.securityGroups],
    });
    // `orderuser` is created by the migration.
    new CredentialRotation(this, 'Rotation', { stage, vpc, secretsManager, shards: this.shards, after: migrate });
  }
}
