import { DEFAULT_SHARD_MAP, joinMaps, type OwningShard, placesFor } from '../../functions/domain/shard-map.ts';

/** Half of the users of A-M move to a shard of their own. */
export const NEXT_SHARDS: readonly OwningShard[] = [
  { id: 1, from: 'A', to: 'F' },
  { id: 3, from: 'G', to: 'M' },
  { id: 2, from: 'N', to: 'Z' },
];

const BOTH = joinMaps(DEFAULT_SHARD_MAP, NEXT_SHARDS);

/** Whether the user has another shard in the next map. */
export function isOnTheMove(userId: string): boolean {
  return placesFor(BOTH, userId).length > 1;
}
