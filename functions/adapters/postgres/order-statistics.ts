import { parseMoney } from '../../domain/money.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import {
  type Lags,
  MINUTES_OF_STATISTICS,
  type OrderStatistics,
  type ShardStatistics,
  type StatisticsKeeper,
  type Tally,
} from '../../domain/statistics.ts';
import type { ShardDatabases, Statement } from './shard-databases.ts';

/** Rows per statement: a tenth of a second, also when each is another user's. A small instance may be ten times as slow. */
const AT_A_TIME = 5_000;
/** Statements per run: what is left after a long outage waits for the next. */
const TIMES = 40;

/** How many orders each user has, in one row or more: what the relay has added up, and what it has not added yet. */
export const ORDERS_OF_USERS = `
  SELECT user_id, orders FROM order_statistics WHERE fact = 'placed' AND minute = '-infinity' AND user_id <> ''
  UNION ALL
  SELECT user_id, orders FROM order_statistics_delta WHERE fact = 'placed'`;

// Concurrent runs take different rows, and lock the totals in one order.
const FOLD = `
  WITH taken AS (
    DELETE FROM order_statistics_delta
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM order_statistics_delta LIMIT $1 FOR UPDATE SKIP LOCKED))
    RETURNING *
  ), folded AS (
    INSERT INTO order_statistics AS total (user_id, fact, minute, lag_class, orders, revenue)
    SELECT scope, fact, period.minute, period.lag_class, sum(orders), sum(revenue)
    FROM taken,
      LATERAL (VALUES (user_id), ('')) AS scopes (scope),
      LATERAL (VALUES (taken.minute, taken.lag_class), ('-infinity', 0::smallint)) AS period (minute, lag_class)
    GROUP BY 1, 2, 3, 4
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (user_id, fact, minute, lag_class)
    DO UPDATE SET orders = total.orders + excluded.orders, revenue = total.revenue + excluded.revenue
  )
  SELECT count(*)::int AS taken FROM taken`;

const FORGET = `
  WITH forgotten AS (
    DELETE FROM order_statistics
    WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM order_statistics
      WHERE minute > '-infinity' AND minute < date_trunc('minute', now()) - make_interval(mins => $2)
      LIMIT $1 FOR UPDATE SKIP LOCKED
    ))
    RETURNING 1
  )
  SELECT count(*)::int AS taken FROM forgotten`;

// One statement, so that nothing is folded between reading the totals and reading what is missing from them.
const READ = `
  WITH missing AS (
    SELECT fact, minute, lag_class, sum(orders) AS orders, sum(revenue) AS revenue
    FROM order_statistics_delta WHERE $1 IN ('', user_id) GROUP BY 1, 2, 3
  ), counted AS (
    SELECT fact, minute, lag_class, orders, revenue FROM order_statistics
    WHERE user_id = $1 AND (minute = '-infinity' OR minute > now() - make_interval(mins => $2))
    UNION ALL
    SELECT fact, period.minute, period.lag_class, orders, revenue
    FROM missing,
      LATERAL (VALUES (missing.minute, missing.lag_class), ('-infinity', 0::smallint)) AS period (minute, lag_class)
  ), summed AS (
    SELECT fact, lag_class, minute > '-infinity' AS recent, CASE WHEN fact = 'placed' THEN minute END AS minute,
      sum(orders) AS orders, sum(revenue) AS revenue
    FROM counted GROUP BY 1, 2, 3, 4
  )
  SELECT now() AS as_of, due.orders AS due, due.oldest_age_seconds, (
    SELECT coalesce(json_agg(json_build_object(
      'fact', fact, 'recent', recent, 'lagClass', lag_class, 'orders', orders, 'revenue', revenue::numeric(30, 2)::text,
      'minute', CASE WHEN recent THEN (extract(epoch FROM minute) * 1000)::bigint END
    )), '[]') FROM summed
  ) AS counts
  FROM (
    SELECT count(*)::int AS orders, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_age_seconds
    FROM outbox WHERE $1 IN ('', user_id)
  ) AS due`;

interface Count {
  readonly fact: 'placed' | 'published' | 'confirmed';
  /** In the last hour, otherwise ever. */
  readonly recent: boolean;
  /** Of orders placed in the last hour, in milliseconds since 1970. */
  readonly minute: number | null;
  readonly lagClass: number;
  readonly orders: number;
  readonly revenue: string;
}

interface StatisticsRow {
  readonly as_of: Date;
  readonly due: number;
  readonly oldest_age_seconds: number;
  readonly counts: readonly Count[];
}

export class PostgresOrderStatistics implements OrderStatistics, StatisticsKeeper {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  async read(shard: ShardRange, userId = ''): Promise<ShardStatistics> {
    const values = [userId, MINUTES_OF_STATISTICS];
    const row = await this.#databases.queryRow<StatisticsRow>(shard, { text: READ, values });
    const about = (fact: Count['fact'], recent = true) =>
      row.counts.filter((count) => count.fact === fact && count.recent === recent);
    return {
      asOf: row.as_of,
      placed: tally(about('placed', false)[0]),
      confirmed: tally(about('confirmed', false)[0]),
      minutes: new Map(about('placed').map((count) => [count.minute ?? 0, tally(count)])),
      publishedLags: lags(about('published')),
      confirmedLags: lags(about('confirmed')),
      outbox: { orders: row.due, oldestAgeSeconds: row.oldest_age_seconds },
    };
  }

  async fold(shard: ShardRange): Promise<void> {
    await this.#repeat(shard, { text: FOLD, values: [AT_A_TIME] });
    await this.#repeat(shard, { text: FORGET, values: [AT_A_TIME, MINUTES_OF_STATISTICS] });
  }

  /** Until it takes fewer rows than it may. */
  async #repeat(shard: ShardRange, statement: Statement): Promise<void> {
    for (let times = 0; times < TIMES; times++) {
      const [row] = await this.#databases.query<{ taken: number }>(shard, statement);
      if (row === undefined || row.taken < AT_A_TIME) return;
    }
  }
}

function tally(count: Count | undefined): Tally {
  if (count === undefined) return { orders: 0, revenue: 0n };
  const revenue = parseMoney(count.revenue);
  if (revenue === undefined) throw new Error(`The statistics have the revenue "${count.revenue}".`);
  return { orders: count.orders, revenue };
}

function lags(counts: readonly Count[]): Lags {
  return new Map(counts.map(({ lagClass, orders }) => [lagClass, orders]));
}
