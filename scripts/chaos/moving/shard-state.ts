import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_SHARD_MAP, shardDatabase, shardFor } from '../../../functions/domain/shard-map.ts';
import { halfOpen } from '../../../functions/domain/user-range.ts';
import { operatorQuery } from '../../operator-query.ts';

/** What a shard says once a move there and back is finished. */
export interface ShardState {
  readonly database: string;
  readonly move: number | null;
  readonly state: string | null;
  readonly ranges: readonly { readonly role: string; readonly from: string; readonly before: string | null }[];
  readonly users: readonly UserState[];
  /** By the statistics of all users. */
  readonly counted: number;
  readonly changes: number;
}

interface UserState {
  readonly userId: string;
  readonly orders: number;
  /** By the statistics, with what is not added up yet. */
  readonly counted: number;
  readonly placement: string | null;
}

const PLACED = `
  SELECT user_id, orders FROM order_statistics WHERE fact = 'placed' AND minute = '-infinity'
  UNION ALL SELECT scope, orders FROM order_statistics_delta, LATERAL (VALUES (user_id), ('')) AS scopes (scope) WHERE fact = 'placed'`;

const STATE = `
  WITH placed AS (SELECT user_id, sum(orders)::int AS counted FROM (${PLACED}) AS parts GROUP BY 1),
    stored AS (SELECT user_id, count(*)::int AS orders FROM orders GROUP BY 1),
    users AS (
      SELECT user_id AS "userId", coalesce(orders, 0) AS orders, coalesce(counted, 0) AS counted, state AS placement
      FROM stored FULL JOIN (SELECT * FROM placed WHERE user_id <> '') AS own USING (user_id) FULL JOIN placements USING (user_id)
    )
  SELECT (SELECT move FROM shard_move), (SELECT state FROM shard_move),
    (SELECT coalesce(json_agg(json_build_object('role', role, 'from', from_key, 'before', before_key)), '[]') FROM shard_ranges) AS ranges,
    (SELECT coalesce(json_agg(users), '[]') FROM users) AS users,
    (SELECT coalesce((SELECT counted FROM placed WHERE user_id = ''), 0)) AS counted,
    (SELECT count(*)::int FROM move_changes) AS changes`;

/** Reads what every shard says of users, past the code that serves them. @param databases the URLs that masters use, by name */
export function readShardStates(databases: Readonly<Record<string, string>>): Promise<ShardState[]> {
  return Promise.all(
    Object.entries(databases).map(async ([database, url]) => {
      const [row] = await operatorQuery<Omit<ShardState, 'database'>>(url, STATE);
      if (row === undefined) throw new Error(`${database} said nothing of its state.`);
      return { database, ...row };
    }),
  );
}

/** What does not agree with the present map once nobody moves any more, in sentences. */
export function contradictions(states: readonly ShardState[]): string[] {
  const moves = new Set(states.map(({ move }) => move));
  return [
    ...(moves.size > 1 ? [`the shards know different moves: ${[...moves].join(', ')}`] : []),
    ...states.flatMap((state) => contradictionsOf(state).map((what) => `${state.database}: ${what}`)),
  ];
}

function contradictionsOf({ database, state, ranges, users, counted, changes }: ShardState): string[] {
  const owned = DEFAULT_SHARD_MAP.filter((shard) => shardDatabase(shard) === database).map(halfOpen);
  const expected = owned.map(({ from, before = null }) => ({ role: 'own', from, before }));
  const all = users.reduce((sum, { orders }) => sum + orders, 0);
  return [
    ...(state === 'finished' ? [] : [`the move is ${state}`]),
    ...(isDeepStrictEqual(ranges, expected) ? [] : [`its ranges are ${JSON.stringify(ranges)}`]),
    ...(changes === 0 ? [] : [`${changes} changes are noted of users who do not move`]),
    ...(counted === all ? [] : [`the statistics of all users count ${counted} orders of ${all}`]),
    ...users.flatMap((user) => userContradictions(user, database)),
  ];
}

function userContradictions({ userId, orders, counted, placement }: UserState, database: string): string[] {
  const isHere = shardDatabase(shardFor(DEFAULT_SHARD_MAP, userId)) === database;
  const states = isHere ? [null, 'here'] : ['moved', 'refused'];
  return [
    ...(isHere || orders === 0 ? [] : [`${orders} orders of ${userId}, who is elsewhere`]),
    ...(counted === orders ? [] : [`the statistics count ${counted} orders of ${userId}, who has ${orders}`]),
    ...(states.includes(placement) ? [] : [`${userId} is ${placement}`]),
  ];
}
