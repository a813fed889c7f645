import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ShardRange } from '../../functions/domain/shard-map.ts';
import type { Stage } from '../config/stage.ts';
import { NodeFunction } from '../constructs/functions/node-function.ts';
import { runAtDeploy } from '../constructs/functions/run-at-deploy.ts';
import type { Network } from '../constructs/network.ts';
import { CredentialRotation } from '../constructs/shards/credential-rotation.ts';
import { ShardSet } from '../constructs/shards/shard-set.ts';

export interface ShardsStackProps extends StackProps {
  readonly stage: Stage;
  readonly network: Network | undefined;
  readonly ranges: readonly ShardRange[];
}

/** The Postgres shards, brought to the current schema before the stack counts as deployed. */
export class ShardsStack extends Stack {
  readonly shards: ShardSet;

  constructor(scope: Construct, id: string, props: ShardsStackProps) {
    super(scope, id, props);
    const { stage, network, ranges } = props;
    this.shards = new ShardSet(this, 'Shards', { stage, network, ranges });

    const timeout = Duration.minutes(5);
    const migrateShards = new NodeFunction(this, 'MigrateShards', {
      stage,
      network,
      folder: 'migrate-shards',
      timeout,
      memoryMiB: 256,
      folders: { migrations: 'scripts/migrations' },
    });
    this.shards.connectAsMaster(migrateShards);
    // The migrations lie in the function's code, and the shard map in its variables.
    const migrate = runAtDeploy(this, 'Migrate', { stage, fn: migrateShards, timeout, after: this.shards });
    // The users are created by the migration.
    new CredentialRotation(this, 'Rotation', { stage, network, shards: this.shards, after: migrate });
  }
}
