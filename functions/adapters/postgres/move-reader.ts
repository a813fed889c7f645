import { USERS_OF_A_RUN } from '../../domain/mover-timing.ts';
import type {
  BusyUser,
  ExpiredAttempt,
  KnownUser,
  LastMove,
  MoveReader,
  PeerMove,
  ShardMove,
  SourceProgress,
  UserToMove,
} from '../../domain/moves.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import { ORDERS_OF_USERS } from './order-statistics.ts';
import { USER_KEY } from './range-condition.ts';
import type { ShardDatabases } from './shard-databases.ts';
import { SHARD_MOVE, toShardMove } from './shard-move.ts';

/** Shown of those that cannot move at this moment. */
const BUSY_USERS = 5;

// Rows are copied with all columns, by name.
const COPIED_COLUMNS = `
  SELECT coalesce(string_agg(table_name || '.' || column_name || ' ' || data_type, ', ' ORDER BY table_name, column_name), '')
    AS columns
  FROM information_schema.columns
  WHERE table_schema = 'public' AND table_name IN ('orders', 'outbox', 'order_statistics')`;

const PEERS = `
  SELECT peer, max(move)::int AS move FROM placements WHERE state IN ('here', 'moved') GROUP BY peer`;

const MOVES_OUT = `JOIN shard_ranges
    ON role = 'out' AND ${USER_KEY} >= from_key AND (before_key IS NULL OR ${USER_KEY} < before_key)`;

// By the statistics, which have a row for each user however many orders they have. Also users who have moved here without an order:
// a request may be about to place their first one.
const TO_MOVE = `
  SELECT user_id, orders, counted.peer, state
  FROM (
    SELECT user_id, peer, sum(orders)::int AS orders
    FROM (
      ${ORDERS_OF_USERS}
      UNION ALL SELECT user_id, 0 FROM placements WHERE state IN ('here', 'copying', 'leaving')
    ) AS known ${MOVES_OUT}
    GROUP BY user_id, peer
  ) AS counted LEFT JOIN placements USING (user_id)
  WHERE state IS NULL OR state IN ('here', 'copying', 'leaving')`;

const USERS_TO_MOVE = `
  SELECT user_id AS "userId", orders, peer FROM (
    SELECT *, row_number() OVER (PARTITION BY peer ORDER BY orders, user_id) AS place
    FROM (${TO_MOVE}) AS to_move WHERE state IS DISTINCT FROM 'leaving'
  ) AS ranked
  WHERE place <= ${USERS_OF_A_RUN} AND (state IS NOT NULL OR ${hasOrders('ranked')})
  ORDER BY orders, user_id`;

// By the orders themselves, should the statistics be wrong: a step of the index for each user whose id begins like those who move.
const LEFT_HERE = `
  WITH RECURSIVE letters AS (
    SELECT chr(ascii(from_key) + lower_case) AS first,
      chr(coalesce(ascii(before_key) + (length(before_key) > 1)::int, ascii('Z') + 1) + lower_case) AS behind
    FROM shard_ranges, (VALUES (0), (ascii('a') - ascii('A'))) AS cases (lower_case) WHERE role = 'out'
  ), users AS (
    SELECT next.user_id, behind FROM letters, LATERAL (
      SELECT user_id FROM orders WHERE user_id >= first AND user_id < behind ORDER BY user_id LIMIT 1
    ) AS next
    UNION ALL
    SELECT next.user_id, behind FROM users, LATERAL (
      SELECT user_id FROM orders WHERE orders.user_id > users.user_id AND user_id < behind ORDER BY user_id LIMIT 1
    ) AS next
  ), left_here AS (
    SELECT user_id, shard_ranges.peer, state
    FROM (
      SELECT user_id FROM users UNION SELECT user_id FROM placements WHERE state IN ('here', 'copying', 'leaving')
    ) AS known ${MOVES_OUT} LEFT JOIN placements USING (user_id)
    WHERE state IS NULL OR state IN ('here', 'copying', 'leaving')
  )`;

const USERS_LEFT = `${LEFT_HERE} SELECT count(*)::int AS users FROM left_here`;

const UNCOUNTED = `${LEFT_HERE}
  SELECT user_id AS "userId", peer,
    (SELECT count(*)::int FROM orders WHERE orders.user_id = left_here.user_id) AS orders
  FROM left_here WHERE state IS DISTINCT FROM 'leaving' ORDER BY orders, user_id LIMIT ${USERS_OF_A_RUN}`;

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
    SELECT changed_at, moved_orders AS orders FROM placements WHERE state = 'moved' AND move = $1
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

const LAST_MOVE = `
  SELECT EXISTS (SELECT FROM placements WHERE state = 'leaving') AS "isLeaving",
    greatest((SELECT changed_at FROM shard_move), (
      SELECT changed_at FROM placements WHERE state = 'moved' AND move = $1 ORDER BY state, changed_at DESC LIMIT 1
    )) AS "lastMovedAt"`;

// Who has neither an order nor a placement here is unknown.
const KNOWN_USERS = `
  WITH RECURSIVE users AS (
    (SELECT user_id FROM orders WHERE user_id > $1 ORDER BY user_id LIMIT 1)
    UNION ALL
    SELECT next.user_id FROM users, LATERAL (
      SELECT user_id FROM orders WHERE orders.user_id > users.user_id ORDER BY user_id LIMIT 1
    ) AS next
  )
  SELECT json_strip_nulls(json_build_object('userId', user_id, 'hasOrders', ${hasOrders('page')}, 'state', state, 'move', move,
    'attempt', attempt, 'peer', peer, 'expired', coalesce(lease_until < clock_timestamp(), false))) AS user
  FROM (
    (SELECT user_id FROM users LIMIT $2)
    UNION (SELECT user_id FROM placements WHERE user_id > $1 ORDER BY user_id LIMIT $2)
    ORDER BY user_id LIMIT $2
  ) AS page LEFT JOIN placements USING (user_id) ORDER BY user_id`;

/** A step of the index; EXISTS might read the orders of all users. */
function hasOrders(table: string): string {
  return `coalesce((SELECT true FROM orders WHERE orders.user_id = ${table}.user_id LIMIT 1), false)`;
}

/** What the mover reads of a shard, as `ordermover`. */
export class PostgresMoveReader implements MoveReader {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  async moveOf(shard: ShardRange): Promise<ShardMove> {
    return toShardMove(await this.#databases.query<ShardMove>(shard, { text: SHARD_MOVE, values: [] }));
  }

  async copiedColumns(shard: ShardRange): Promise<string> {
    const statement = { text: COPIED_COLUMNS, values: [] };
    return (await this.#databases.queryRow<{ columns: string }>(shard, statement)).columns;
  }

  peersOf(shard: ShardRange): Promise<PeerMove[]> {
    return this.#databases.query<PeerMove>(shard, { text: PEERS, values: [] });
  }

  async usersToMove(source: ShardRange): Promise<UserToMove[]> {
    const counted = await this.#databases.query<UserToMove>(source, { text: USERS_TO_MOVE, values: [] });
    if (counted.length > 0) return counted;
    return this.#databases.query<UserToMove>(source, { text: UNCOUNTED, values: [] });
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
    return (await this.#databases.queryRow<{ users: number }>(shard, { text: ELSEWHERE, values: [] })).users;
  }

  progress(source: ShardRange, move: number): Promise<SourceProgress> {
    return this.#databases.queryRow<SourceProgress & { busy: BusyUser[] }>(source, { text: PROGRESS, values: [move] });
  }

  async usersLeft(source: ShardRange): Promise<number> {
    return (await this.#databases.queryRow<{ users: number }>(source, { text: USERS_LEFT, values: [] })).users;
  }

  lastMove(source: ShardRange, move: number): Promise<LastMove> {
    return this.#databases.queryRow<LastMove>(source, { text: LAST_MOVE, values: [move] });
  }

  async knownUsers(shard: ShardRange, after: string | undefined, limit: number): Promise<KnownUser[]> {
    const rows = await this.#databases.query<{ user: KnownUser }>(shard, {
      text: KNOWN_USERS,
      values: [after ?? '', limit],
    });
    return rows.map(({ user }) => user);
  }

  async ordersOf(shard: ShardRange, userId: string): Promise<number> {
    const text = 'SELECT count(*)::int AS orders FROM orders WHERE user_id = $1';
    return (await this.#databases.queryRow<{ orders: number }>(shard, { text, values: [userId] })).orders;
  }

  async #userIds(shard: ShardRange, text: string): Promise<string[]> {
    const rows = await this.#databases.query<{ userId: string }>(shard, { text, values: [] });
    return rows.map(({ userId }) => userId);
  }
}
