import type {
  BusyUser,
  ExpiredAttempt,
  KnownUser,
  MoveReader,
  ShardMove,
  SourceProgress,
  UserToMove,
} from '../../domain/moves.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import { USER_KEY } from './range-condition.ts';
import type { ShardDatabases } from './shard-databases.ts';
import { SHARD_MOVE, toShardMove } from './shard-move.ts';

/** Shown of those that cannot move at this moment. */
const BUSY_USERS = 5;

// Also users who have moved here without an order: a request may be about to place their first one.
const TO_MOVE = `
  SELECT user_id, coalesce(counted.orders, 0) AS orders, placements.state, placements.lease_until, shard_ranges.peer
  FROM (SELECT user_id, count(*)::int AS orders FROM orders GROUP BY user_id) AS counted
  FULL JOIN placements USING (user_id)
  JOIN shard_ranges ON role = 'out' AND ${USER_KEY} >= from_key AND (before_key IS NULL OR ${USER_KEY} < before_key)
  WHERE placements.state IS NULL OR placements.state IN ('here', 'copying', 'leaving')`;

const USERS_TO_MOVE = `
  SELECT user_id AS "userId", orders, peer FROM (${TO_MOVE}) AS to_move WHERE state IS DISTINCT FROM 'leaving'
  ORDER BY orders, user_id`;

const EXPIRED = `
  SELECT user_id AS "userId", move, attempt, peer FROM placements
  WHERE state = 'leaving' AND lease_until < clock_timestamp()`;

const TO_ARCHIVE = `
  SELECT user_id AS "userId" FROM placements
  WHERE state = 'moved' AND changed_at <= now() - interval '60 seconds'
    AND EXISTS (SELECT FROM orders WHERE orders.user_id = placements.user_id)`;

const TO_CLEAR = `
  SELECT user_id AS "userId" FROM placements
  WHERE state IN ('arriving', 'refused') AND move < (SELECT move FROM shard_move)
    AND EXISTS (SELECT FROM orders WHERE orders.user_id = placements.user_id)`;

const ELSEWHERE = `
  SELECT count(*)::int AS users FROM placements
  WHERE state NOT IN ('here', 'copying') AND EXISTS (SELECT FROM orders WHERE orders.user_id = placements.user_id)`;

const PROGRESS = `
  WITH left_here AS MATERIALIZED (${TO_MOVE}), moved AS MATERIALIZED (
    SELECT user_id, changed_at, (SELECT count(*) FROM orders WHERE orders.user_id = placements.user_id)
      + (SELECT count(*) FROM orders_archive WHERE orders_archive.user_id = placements.user_id
          AND archived_at >= placements.changed_at) AS orders
    FROM placements WHERE state = 'moved' AND move = $1
  ), busy AS (
    SELECT user_id AS "userId", CASE WHEN state = 'leaving' THEN 'leaving'
        WHEN bool_or(leased_until > clock_timestamp()) THEN 'relayed' ELSE 'ordering' END AS why,
      extract(epoch FROM clock_timestamp() - min(created_at))::int AS seconds
    FROM left_here LEFT JOIN outbox USING (user_id)
    WHERE state = 'leaving' OR order_id IS NOT NULL
    GROUP BY user_id, state ORDER BY seconds DESC NULLS FIRST LIMIT ${BUSY_USERS}
  )
  SELECT (SELECT count(*)::int FROM left_here) AS "usersLeft",
    (SELECT coalesce(sum(orders), 0)::int FROM left_here) AS "ordersLeft",
    (SELECT count(*)::int FROM moved) AS "usersMoved",
    (SELECT coalesce(sum(orders), 0)::int FROM moved) AS "ordersMoved",
    (SELECT coalesce(sum(orders), 0)::int FROM moved WHERE changed_at > now() - interval '5 minutes') AS "recentOrders",
    (SELECT greatest((SELECT changed_at FROM shard_move), (SELECT max(changed_at) FROM moved))) AS "lastMovedAt",
    (SELECT coalesce(json_agg(busy), '[]') FROM busy) AS busy`;

// Who has neither an order nor a placement here is unknown.
const KNOWN_USERS = `
  SELECT user_id AS "userId", count(id)::int AS orders, state, coalesce(lease_until < clock_timestamp(), false) AS expired
  FROM (
    (SELECT user_id FROM orders WHERE user_id > $1 GROUP BY user_id ORDER BY user_id LIMIT $2)
    UNION (SELECT user_id FROM placements WHERE user_id > $1 ORDER BY user_id LIMIT $2)
    ORDER BY user_id LIMIT $2
  ) AS page LEFT JOIN placements USING (user_id) LEFT JOIN orders USING (user_id)
  GROUP BY user_id, state, lease_until ORDER BY user_id`;

/** What the mover reads of a shard, as `ordermover`. */
export class PostgresMoveReader implements MoveReader {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  async moveOf(shard: ShardRange): Promise<ShardMove> {
    return toShardMove(await this.#databases.query<ShardMove>(shard, { text: SHARD_MOVE, values: [] }));
  }

  usersToMove(source: ShardRange): Promise<UserToMove[]> {
    return this.#databases.query<UserToMove>(source, { text: USERS_TO_MOVE, values: [] });
  }

  expired(source: ShardRange): Promise<ExpiredAttempt[]> {
    return this.#databases.query<ExpiredAttempt>(source, { text: EXPIRED, values: [] });
  }

  toArchive(source: ShardRange): Promise<string[]> {
    return this.#userIds(source, TO_ARCHIVE);
  }

  toClear(target: ShardRange): Promise<string[]> {
    return this.#userIds(target, TO_CLEAR);
  }

  async usersElsewhere(shard: ShardRange): Promise<number> {
    const [row] = await this.#databases.query<{ users: number }>(shard, { text: ELSEWHERE, values: [] });
    return row?.users ?? 0;
  }

  async progress(source: ShardRange, move: number): Promise<SourceProgress> {
    const [row] = await this.#databases.query<SourceProgress & { busy: BusyUser[] }>(source, {
      text: PROGRESS,
      values: [move],
    });
    if (row === undefined) throw new Error('The progress of a shard was not told.');
    return row;
  }

  async knownUsers(shard: ShardRange, after: string | undefined, limit: number): Promise<KnownUser[]> {
    const rows = await this.#databases.query<KnownUser & { state: KnownUser['state'] | null }>(shard, {
      text: KNOWN_USERS,
      values: [after ?? '', limit],
    });
    return rows.map((row) => ({ ...row, state: row.state ?? undefined }));
  }

  async #userIds(shard: ShardRange, text: string): Promise<string[]> {
    const rows = await this.#databases.query<{ userId: string }>(shard, { text, values: [] });
    return rows.map(({ userId }) => userId);
  }
}
