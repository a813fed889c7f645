import { OrderFlowError } from '../domain/errors.ts';
import type { Log } from '../domain/ports.ts';
import { describeShard, type ShardRange, shardName } from '../domain/shard-map.ts';

/** The schemas of the shards. */
export interface Schemas<Shard> {
  /** How many orders the shard holds of users that do not belong to it. */
  countMisplacedOrders(shard: Shard): Promise<number>;
  /** Brings the shard up to date; returns the names of the migrations that were applied. */
  migrate(shard: Shard): Promise<string[]>;
}

/** The shard map puts users elsewhere than their orders are. */
export class MisplacedOrdersError extends OrderFlowError {
  override readonly name = 'MisplacedOrdersError';
  readonly code = 'misplaced_orders';
  readonly retryable = false;
}

export interface MigrationSummary {
  readonly shards: readonly { readonly shard: string; readonly applied: readonly string[] }[];
}

/**
 * Brings all shards up to date, side by side.
 *
 * @throws MisplacedOrdersError, before anything is changed, when the shard map would hide stored orders; otherwise what
 * went wrong first, once every shard has come to an end
 */
export async function migrateShards<Shard extends ShardRange>(
  shards: readonly Shard[],
  schemas: Schemas<Shard>,
  log: Log,
): Promise<MigrationSummary> {
  await refuseHidingOrders(shards, schemas);
  const migrations = await Promise.allSettled(
    shards.map(async (shard) => {
      const applied = await schemas.migrate(shard);
      log.info('shard is up to date', { shard: shardName(shard), applied });
      return { shard: shardName(shard), applied };
    }),
  );
  const failures = migrations.filter((migration) => migration.status === 'rejected');
  for (const { reason } of failures) log.error('a shard could not be migrated', { error: reason });
  if (failures.length > 0) throw failures[0]?.reason;
  return { shards: migrations.filter((migration) => migration.status === 'fulfilled').map(({ value }) => value) };
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
