import { RELAY_AFTER_SECONDS } from '../../domain/delivery-timing.ts';
import { asCreated } from '../../domain/order.ts';
import type { Outbox, OutstandingOrder } from '../../domain/ports.ts';
import { readShardDescription, type ShardRange } from '../../domain/shard-map.ts';
import { IS_OWNED, type OrderRow, toOrder } from './order-row.ts';
import { CLAIM, POSTPONE } from './outbox-claims.ts';
import type { ShardDatabases } from './shard-databases.ts';

const RENEWED = 250;

// Waits for locked rows: skipping them would leave delivered orders in the outbox, and block their users' next ones. One
// order of locking prevents deadlocks: by id, and an order before its outbox entry. An event that is published again keeps its
// first time. What may have been postponed behind a row that is gone is due at once.
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
    RETURNING user_id
  ), freed AS (
    SELECT order_id FROM outbox
    WHERE order_id = ANY (ARRAY(
        SELECT (
          SELECT order_id FROM outbox WHERE outbox.user_id = done.user_id AND order_id <> ALL ($1)
          ORDER BY created_at, order_id LIMIT 1
        ) FROM (SELECT DISTINCT user_id FROM dropped) AS done
      )) AND (left_to_relay OR created_at <= now() - make_interval(secs => ${RELAY_AFTER_SECONDS}))
    FOR UPDATE SKIP LOCKED
  ), advanced AS (
    UPDATE outbox SET due_at = now() WHERE order_id = ANY (ARRAY(SELECT order_id FROM freed))
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
    for (let times = 0; times < POSTPONE.times; times++) {
      const postponed = await this.#databases.query(shard, POSTPONE);
      if (postponed.length < POSTPONE.atOnce) break;
    }
    const rows = await this.#databases.query<OutstandingRow>(shard, CLAIM);
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
    return (await this.#databases.queryRow<{ seconds: number }>(shard, { text: OLDEST_AGE, values: [] })).seconds;
  }
}
