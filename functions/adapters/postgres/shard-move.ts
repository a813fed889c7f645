import { NO_MOVE, type ShardMove } from '../../domain/moves.ts';

/** What a shard knows of moves: one row, or none before the first one. */
export const SHARD_MOVE = `
  SELECT move, state, changed_at AS "changedAt", (
    SELECT coalesce(json_agg(
      json_strip_nulls(json_build_object('role', role, 'from', from_key, 'before', before_key, 'peer', peer)) ORDER BY from_key
    ), '[]') FROM shard_ranges
  ) AS ranges
  FROM shard_move`;

/** @param rows what {@link SHARD_MOVE} gives */
export function toShardMove([row]: readonly ShardMove[]): ShardMove {
  return row ?? NO_MOVE;
}
