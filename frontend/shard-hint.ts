import { describeShard, placesFor, type ShardRange } from '../functions/domain/shard-map.ts';
import { isWellFormed } from './order-fields.ts';

/** Where a user's orders are, one of two shards while the user may move; undefined for a text that is no user id. */
export function shardHint(user: string, shards: readonly ShardRange[]): string | undefined {
  if (!isWellFormed('user_id', user)) return undefined;
  return `${user} is on ${placesFor(shards, user).map(describeShard).join(' or ')}`;
}
