import { RELAY_RETRY, RELAY_RUN } from '../../domain/delivery-timing.ts';
import { asCreated } from '../../domain/order.ts';
import type { Outbox, OutstandingOrder } from '../../domain/ports.ts';
import { readShardDescription, type ShardRange } from '../../domain/shard-map.ts';
import { IS_OWNED, ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';
import type { ShardDatabases } from './shard-databases.ts';

/** Per claim, so that a batch has several orders of each user. */
const USERS_OF_BATCH = 100;
const RENEWED = 250;

/** From now until the next attempt. An order has no later one, unless the clock was set back since that was written. */
const PAUSE = `least(greatest((now() - created_at) * $3::float8, make_interval(secs => $4)), make_interval(secs => $5))`;

// A user is claimed by the oldest of their rows: whoever has it has them all. Its `due_at` keeps other relays away until the
// next attempt, its `leased_until` keeps the user from moving to another shard meanwhile. Of each user, as many of the oldest
// orders are read as make a batch together: one with many does not crowd out the others, and theirs stay in order. By indexes
// alone: what an outage has left must not slow down its end.
const CLAIM_USERS = `
  WITH overdue AS MATERIALIZED (
    SELECT order_id FROM outbox AS oldest
    WHERE (due_at <= now() OR due_at > now() + ${PAUSE}) AND NOT EXISTS (
      SELECT FROM outbox AS older
      WHERE older.user_id = oldest.user_id
        AND (older.created_at, older.order_id) < (oldest.created_at, oldest.order_id)
    )
    ORDER BY created_at, order_id
    LIMIT $1
    FOR UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE outbox
    SET due_at = now() + ${PAUSE}, leased_until = now() + make_interval(secs => $4)
    WHERE order_id = ANY (ARRAY(SELECT order_id FROM overdue))
    RETURNING user_id
  )
  SELECT ${ORDER_COLUMNS}, placed_in, receipt_pending, event_pending, renewed_at IS NOT NULL AS renewed
  FROM claimed, LATERAL (
    SELECT order_id, receipt_pending, event_pending, outbox.created_at,
      row_number() OVER (ORDER BY outbox.created_at, order_id) AS nth
    FROM outbox WHERE outbox.user_id = claimed.user_id
    ORDER BY outbox.created_at, order_id
    LIMIT $2 / (SELECT count(*) FROM claimed)
  ) AS next JOIN orders ON orders.id = order_id
  ORDER BY nth, next.created_at`;

// Waits for locked rows: skipping them would leave delivered orders in the outbox, and block their users' next ones. One
// order of locking prevents deadlocks: by id, and an order before its outbox entry. An event that is published again keeps its
// first time.
const SETTLE = `
  WITH settled AS (
    SELECT * FROM unnest($1::uuid[], $2::boolean[], $3::boolean[]) AS settled (order_id, receipt, event)
  ), locked AS (
    SELECT id FROM orders WHERE id = ANY($1) AND ${IS_OWNED} ORDER BY id FOR UPDATE OF orders
  ), reachable AS (
    SELECT order_id, receipt, event, receipt AND receipt_pending AS stored_now, event AND event_pending AS published_now
    FROM outbox JOIN settled USING (order_id)
    WHERE order_id = ANY (ARRAY(SELECT id FROM locked))
    ORDER BY order_id
    FOR UPDATE OF outbox
  ), marked AS (
    UPDATE orders
    SET receipt_stored_at = coalesce(receipt_stored_at, CASE WHEN stored_now THEN greatest(now(), created_at) END),
      event_published_at = coalesce(event_published_at,
        CASE WHEN published_now AND renewed_at IS NULL THEN greatest(now(), created_at) END)
    FROM reachable
    WHERE orders.id = order_id AND (stored_now OR published_now)
  ), dropped AS (
    DELETE FROM outbox USING reachable WHERE outbox.order_id = reachable.order_id AND receipt AND event
  ), kept AS (
    UPDATE outbox
    SET receipt_pending = receipt_pending AND NOT receipt, event_pending = event_pending AND NOT event,
      left_to_relay = true, leased_until = NULL
    FROM reachable
    WHERE outbox.order_id = reachable.order_id AND NOT (receipt AND event)
  )
  SELECT id FROM locked`;

// An order is renewed when its age has doubled since the last time, so the backoff needs no counter.
const RENEW = `
  WITH overdue AS MATERIALIZED (
    SELECT id FROM orders
    WHERE status = 'created' AND created_at <= now() - make_interval(mins => $1)
      AND (renewed_at IS NULL OR now() - renewed_at >= renewed_at - created_at)
      AND NOT EXISTS (SELECT FROM outbox WHERE order_id = id AND event_pending)
      AND ${IS_OWNED}
    ORDER BY created_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
  ), unconfirmed AS (
    UPDATE orders SET renewed_at = now() WHERE id IN (SELECT id FROM overdue) RETURNING id, user_id
  )
  INSERT INTO outbox (order_id, user_id, receipt_pending)
  SELECT id, user_id, false FROM unconfirmed ORDER BY id
  ON CONFLICT (order_id) DO UPDATE SET event_pending = true
  RETURNING order_id`;

const OLDEST_AGE = `
  SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS seconds FROM outbox`;

interface OutstandingRow extends OrderRow {
  readonly placed_in: string;
  readonly receipt_pending: boolean;
  readonly event_pending: boolean;
  readonly renewed: boolean;
}

export class PostgresOutbox implements Outbox {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  async claim(shard: ShardRange): Promise<OutstandingOrder[]> {
    const { shareOfAge, atLeastSeconds, atMostSeconds } = RELAY_RETRY;
    const values = [USERS_OF_BATCH, RELAY_RUN.ordersOfBatch, shareOfAge, atLeastSeconds, atMostSeconds];
    const rows = await this.#databases.query<OutstandingRow>(shard, { text: CLAIM_USERS, values });
    return rows.map((row) => ({
      order: asCreated(toOrder(row)),
      placedIn: readShardDescription(row.placed_in),
      delivered: { receipt: !row.receipt_pending, event: !row.event_pending },
      renewed: row.renewed,
    }));
  }

  async settleAll(shard: ShardRange, orders: readonly OutstandingOrder[]): Promise<OutstandingOrder[]> {
    const ids = orders.map(({ order }) => order.id);
    const receipts = orders.map(({ delivered }) => delivered.receipt);
    const events = orders.map(({ delivered }) => delivered.event);
    const rows = await this.#databases.query<{ id: string }>(shard, { text: SETTLE, values: [ids, receipts, events] });
    const found = new Set(rows.map(({ id }) => id));
    return orders.filter(({ order }) => !found.has(order.id));
  }

  async renewUnconfirmed(shard: ShardRange, minutes: number): Promise<number> {
    const renewed = await this.#databases.query(shard, { text: RENEW, values: [minutes, RENEWED] });
    return renewed.length;
  }

  async oldestAgeSeconds(shard: ShardRange): Promise<number> {
    const [row] = await this.#databases.query<{ seconds: number }>(shard, { text: OLDEST_AGE, values: [] });
    return row?.seconds ?? 0;
  }
}
