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
import type { ShardDatabases } from './shard-databases.ts';

/** Per statement: a fraction of a second. */
const FOLDED_AT_A_TIME = 20_000;

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
  DELETE FROM order_statistics
  WHERE minute > '-infinity' AND minute < date_trunc('minute', now()) - make_interval(mins => $1)`;

// One statement, so that nothing is folded between reading the totals and reading what is missing from them.
const READ = `
  WITH counted AS (
    SELECT fact, minute, lag_class, orders, revenue FROM order_statistics
    WHERE user_id = $1 AND (minute = '-infinity' OR minute > now() - make_interval(mins => $2))
    UNION ALL
    SELECT fact, period.minute, period.lag_class, orders, revenue
    FROM order_statistics_delta AS delta,
      LATERAL (VALUES (delta.minute, delta.lag_class), ('-infinity', 0::smallint)) AS period (minute, lag_class)
    WHERE $1 IN ('', user_id)
  ), summed AS (
    SELECT fact, minute, lag_class, sum(orders) AS orders, sum(revenue) AS revenue FROM counted GROUP BY 1, 2, 3
  )
  SELECT now() AS as_of, due.orders AS due, due.oldest_age_seconds, (
    SELECT coalesce(json_agg(json_build_object(
      'fact', fact, 'lagClass', lag_class, 'orders', orders, 'revenue', revenue::numeric(30, 2)::text,
      'minute', CASE WHEN minute > '-infinity' THEN (extract(epoch FROM minute) * 1000)::bigint END
    )), '[]') FROM summed
  ) AS counts
  FROM (
    SELECT count(*)::int AS orders, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_age_seconds
    FROM outbox WHERE $1 IN ('', user_id)
  ) AS due`;

interface Count {
  readonly fact: 'placed' | 'published' | 'confirmed';
  /** In milliseconds since 1970; null for all time. */
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
    const [row] = await this.#databases.query<StatisticsRow>(shard, { text: READ, values });
    if (row === undefined) throw new Error('The statistics gave no row.');
    const about = (fact: Count['fact'], inTotal = false) =>
      row.counts.filter((count) => count.fact === fact && (count.minute === null) === inTotal);
    return {
      asOf: row.as_of,
      placed: tally(about('placed', true)[0]),
      confirmed: tally(about('confirmed', true)[0]),
      minutes: new Map(about('placed').map((count) => [count.minute ?? 0, tally(count)])),
      publishedLags: lags(about('published')),
      confirmedLags: lags(about('confirmed')),
      outbox: { orders: row.due, oldestAgeSeconds: row.oldest_age_seconds },
    };
  }

  async fold(shard: ShardRange): Promise<void> {
    for (let taken = FOLDED_AT_A_TIME; taken === FOLDED_AT_A_TIME; ) {
      const [row] = await this.#databases.query<{ taken: number }>(shard, { text: FOLD, values: [FOLDED_AT_A_TIME] });
      taken = row?.taken ?? 0;
    }
    await this.#databases.query(shard, { text: FORGET, values: [MINUTES_OF_STATISTICS] });
  }
}

function tally(count: Count | undefined): Tally {
  if (count === undefined) return { orders: 0, revenue: 0n };
  const revenue = parseMoney(count.revenue);
  if (revenue === undefined) throw new Error(`The statistics have the revenue "${count.revenue}".`);
  return { orders: count.orders, revenue };
}

function lags(counts: readonly Count[]): Lags {
  const byClass = new Map<number, number>();
  for (const { lagClass, orders } of counts) byClass.set(lagClass, (byClass.get(lagClass) ?? 0) + orders);
  return byClass;
}
