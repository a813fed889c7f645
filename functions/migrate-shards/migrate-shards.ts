import { OrderFlowError } from '../domain/errors.ts';
import type { Log } from '../domain/ports.ts';
import { describeShard, type ShardRange, shardName } from '../domain/shard-map.ts';

/** The schemas of the shards. */
export interface Schemas<Shard> {
  /** How many orders the shard holds of users that do not belong to it. */
  countMisplacedOrders(shard: Shard): Promise<number>;
  /** Over how many shards users were distributed when the shard was last migrated; undefined for a new one. */
  placementOf(shard: Shard): Promise<number | undefined>;
  /** Brings the shard up to date; returns the names of the migrations that were applied. */
  migrate(shard: Shard): Promise<readonly string[]>;
  /** Keeps in the shard over how many shards users are distributed. */
  recordPlacement(shard: Shard, shards: number): Promise<void>;
}

/** The shard map puts users elsewhere than their orders are. */
export class MisplacedOrdersError extends OrderFlowError {
  override readonly name = 'MisplacedOrdersError';
  readonly code = 'misplaced_orders';
  readonly retryable = false;
}

/** The shard map leaves out shards that may hold orders. */
export class MissingShardsError extends OrderFlowError {
  override readonly name = 'MissingShardsError';
  readonly code = 'missing_shards';
  readonly retryable = false;
}

export interface MigrationSummary {
  readonly shards: readonly { readonly shard: string; readonly applied: readonly string[] }[];
}

/**
 * Brings all shards up to date, side by side.
 *
 * @throws MisplacedOrdersError or MissingShardsError, before anything is changed, when the shard map would hide stored
 * orders; otherwise what went wrong first, once every shard has come to an end
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
        // What is thrown becomes the deployment's own message, which has no causes.
        const message = error instanceof Error ? error.message : String(error);
        failures.push(new Error(`${shardName(shard)} could not be migrated: ${message}`, { cause: error }));
        return { shard: shardName(shard), applied: [] };
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  // Only now is the map in force: until all shards are ready, the former one may still come back.
  await Promise.all(shards.map((shard) => schemas.recordPlacement(shard, shards.length)));
  return { shards: migrations };
}

/** A shard that the map leaves out cannot be asked what it holds, but the others know that it was there. */
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
    `This shard map would hide ${total} stored orders, whose users it puts on another shard: ${where}. ` +
      'Deploy the former map again, or move these orders first.',
  );
}
