import { OrderFlowError } from '../domain/errors.ts';
import type { Log } from '../domain/ports.ts';
import { describeShard, type ShardRange, shardName } from '../domain/shard-map.ts';

export interface Schemas<Shard> {
  /** Orders of users who do not belong to the shard. */
  countMisplacedOrders(shard: Shard): Promise<number>;
  /** Over how many shards users were distributed at the last migration; undefined for a new shard. */
  placementOf(shard: Shard): Promise<number | undefined>;
  /** @returns the names of the applied migrations */
  migrate(shard: Shard): Promise<readonly string[]>;
  recordPlacement(shard: Shard, shards: number): Promise<void>;
}

export class MisplacedOrdersError extends OrderFlowError {
  override readonly name = 'MisplacedOrdersError';
  readonly code = 'misplaced_orders';
  readonly retryable = false;
}

export class MissingShardsError extends OrderFlowError {
  override readonly name = 'MissingShardsError';
  readonly code = 'missing_shards';
  readonly retryable = false;
}

export interface MigrationSummary {
  readonly shards: readonly { readonly shard: string; readonly applied: readonly string[] }[];
}

/**
 * Brings all shards up to date, in parallel.
 *
 * @throws MisplacedOrdersError or MissingShardsError before any change, when the map would hide stored orders; otherwise the
 *   first failure, after all shards have finished
 */
export async function migrateShards<Shard extends ShardRange>(
  shards: readonly Shard[],
  schemas: Schemas<Shard>,
  log: Log,
): Promise<MigrationSummary> {
  await refuseMissingShards(shards, schemas);
  await refuseHidingOrders(shards, schemas);
  const failures: Error[] = [];
  const migrations = await Promise.all(
    shards.map(async (shard) => {
      try {
        const applied = await schemas.migrate(shard);
        log.info('shard is up to date', { shard: shardName(shard), applied });
        return { shard: shardName(shard), applied };
      } catch (error) {
        log.error('a shard could not be migrated', { shard: shardName(shard), error });
        // CloudFormation shows this message, without causes.
        const message = error instanceof Error ? error.message : String(error);
        failures.push(new Error(`${shardName(shard)} could not be migrated: ${message}`, { cause: error }));
        return { shard: shardName(shard), applied: [] };
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  // The map takes effect only now: until all shards are ready, the previous one may come back.
  await Promise.all(shards.map((shard) => schemas.recordPlacement(shard, shards.length)));
  return { shards: migrations };
}

/** A shard that is missing in the map cannot be asked, but the others know of it. */
async function refuseMissingShards<Shard extends ShardRange>(
  shards: readonly Shard[],
  schemas: Schemas<Shard>,
): Promise<void> {
  const placements = await Promise.all(shards.map((shard) => schemas.placementOf(shard)));
  const placed = Math.max(...placements.map((placement) => placement ?? 0));
  if (placed <= shards.length) return;
  throw new MissingShardsError(
    `This shard map has ${shards.length} shards, but the stored orders were placed on ${placed}: ` +
      'those of the shards that it leaves out would be hidden. Deploy a map with at least as many shards.',
  );
}

async function refuseHidingOrders<Shard extends ShardRange>(
  shards: readonly Shard[],
  schemas: Schemas<Shard>,
): Promise<void> {
  const counted = await Promise.all(
    shards.map(async (shard) => ({ shard, orders: await schemas.countMisplacedOrders(shard) })),
  );
  const misplaced = counted.filter(({ orders }) => orders > 0);
  if (misplaced.length === 0) return;
  const total = misplaced.reduce((sum, { orders }) => sum + orders, 0);
  const where = misplaced.map(({ shard, orders }) => `${orders} in ${describeShard(shard)}`).join(', ');
  throw new MisplacedOrdersError(
    `This shard map would hide ${total} stored orders, because it assigns their users to another shard: ${where}. ` +
      'Deploy the previous map again, or move these orders first.',
  );
}
