import { balance } from '../../functions/domain/shard-balance.ts';
import { joinMaps, nextMap, type OwningShard, presentMap, ShardMapError } from '../../functions/domain/shard-map.ts';
import { type Plan, planOf, type StoredKey } from '../../functions/domain/shard-plan.ts';
import type { Answers } from '../../functions/move-users/commands.ts';
import { UserError } from '../../tooling/errors.ts';
import type { PlanOptions } from './command.ts';

/**
 * What becomes of the shards of a deployment with another map.
 *
 * @param answer what the deployment has and stores
 * @throws UserError when no other map is given, or none can be proposed
 */
export function planFor({ shards, stored }: Answers['plan'], { map, balance: count }: PlanOptions): Plan {
  // Without the next map of the deployment, which this plan may not be for.
  const present = presentMap(shards).map(({ id, from, to }) => ({ id, from, to }));
  const keys = stored.flatMap((shard) => shard.keys);
  const next = map ?? (count === undefined ? nextMap(shards) : evenMap(count, present, keys));
  if (next !== undefined) return planOf(joinMaps(present, next), stored);
  throw new UserError(
    'The deployment has no next map to plan for. Give one with --map, or have one proposed with --balance.',
  );
}

function evenMap(count: number, present: readonly OwningShard[], keys: readonly StoredKey[]): OwningShard[] {
  if (keys.length === 0) {
    throw new UserError(
      'No orders are stored, so nothing can be evened out. New ones count once relay-outbox has run, which it does each minute.',
    );
  }
  try {
    return balance(count, present, keys);
  } catch (error) {
    if (error instanceof ShardMapError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}
