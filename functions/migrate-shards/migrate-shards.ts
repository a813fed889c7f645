import { OrderFlowError } from '../domain/errors.ts';
import { checkMissing, checkMoves, type ShardState } from '../domain/map-changes.ts';
import type { Log } from '../domain/ports.ts';
import { describeShard, type OwningShard, presentMap, type ShardRange, shardName } from '../domain/shard-map.ts';

export interface Schemas<Shard> {
  /** Orders of users who do not belong to the shard. */
  countMisplacedOrders(shard: Shard): Promise<number>;
  stateOf(shard: Shard): Promise<ShardState>;
  /** @returns the names of the applied migrations */
  migrate(shard: Shard): Promise<readonly string[]>;
  /** Keeps in the shard by which map users are placed. @param over how many shards have users, those of a move included */
  recordMap(shard: Shard, map: readonly OwningShard[], over: number): Promise<void>;
}

export class MisplacedOrdersError extends OrderFlowError {
  override readonly name = 'MisplacedOrdersError';
  readonly code = 'misplaced_orders';
  readonly retryable = false;
}

export interface MigrationSummary {
  readonly shards: readonly { readonly shard: string; readonly applied: readonly string[] }[];
}

/**
 * Brings all shards up to date, in parallel.
 *
 * @throws MisplacedOrdersError, MissingShardsError or MovedUsersError before any change, when the map would hide stored orders or
 *   is not that of a move; otherwise the first failure, after all shards have finished
 */
export async function migrateShards<Shard extends ShardRange>(
  shards: readonly Shard[],
  schemas: Schemas<Shard>,
  log: Log,
): Promise<MigrationSummary> {
  const asked = await Promise.all(shards.map(async (shard) => ({ shard, ...(await schemas.stateOf(shard)) })));
  checkMissing(asked);
  const areAtHome = checkMoves(asked);
  if (areAtHome) await refuseHidingOrders(shards, schemas);
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
  const map = presentMap(shards).map(({ id, from, to }) => ({ id, from, to }));
  const over = areAtHome ? map.length : shards.length;
  await Promise.all(shards.map((shard) => schemas.recordMap(shard, map, over)));
  return { shards: migrations };
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
      'Deploy the previous map again, and this one as "nextShards" to move them with "npm run shards".',
  );
}
