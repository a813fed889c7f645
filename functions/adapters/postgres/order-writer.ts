import { HOLD_BACK_AFTER_SECONDS, RELAY_AFTER_SECONDS } from '../../domain/delivery-timing.ts';
import { formatMoney } from '../../domain/money.ts';
import { asCreated, type Order } from '../../domain/order.ts';
import type { Delivered, JustDelivered, OrderWriter, Placement } from '../../domain/ports.ts';
import { describeShard, readShardDescription, type ShardRange } from '../../domain/shard-map.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';
import type { ShardDatabases } from './shard-databases.ts';

// One round trip. `found` is the order of the same key, or this very order when the response of the first attempt was lost. An
// order that is inserted at the same moment is not in the statement's snapshot: then it neither inserts nor finds one. An event
// waits for the relay behind an older one of its user that the relay has, or that is outstanding for too long: since it was created,
// since a shard that hangs may store it long after that.
const PLACE = `
  WITH found AS (
    SELECT ${ORDER_COLUMNS}, placed_in, receipt_pending, event_pending, outbox.created_at AS outstanding_since
    FROM orders LEFT JOIN outbox ON order_id = orders.id
    WHERE orders.id = $1 OR (orders.user_id = $2 AND idempotency_key = $9)
  ), older AS (
    SELECT EXISTS (
      SELECT FROM outbox
      WHERE user_id = $2 AND event_pending
        AND created_at < coalesce((SELECT outstanding_since FROM found), now())
        AND (left_to_relay OR created_at < now() - make_interval(secs => $10))
    ) AS event_waits
  ), stored AS (
    INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at, idempotency_key, placed_in)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $12)
    ON CONFLICT DO NOTHING
    RETURNING id
  ), noted AS (
    INSERT INTO outbox (order_id, user_id, created_at, left_to_relay, due_at)
    SELECT id, $2, $7, event_waits, CASE WHEN event_waits THEN now() ELSE now() + make_interval(secs => $11) END
    FROM stored, older
  )
  SELECT EXISTS (SELECT FROM stored) AS stored, older.event_waits, found.*,
    (extract(epoch FROM now() - outstanding_since) * 1000)::float8 AS outstanding_ms
  FROM older LEFT JOIN found ON true`;

/** Null when the age is. No clock that lags behind puts it before the creation. */
const timeOf = (ageMs: string) =>
  `CASE WHEN ${ageMs}::float8 IS NOT NULL THEN greatest(created_at, now() - make_interval(secs => ${ageMs}::float8 / 1000)) END`;

// Everything that locks both locks an order before its outbox entry.
const SETTLE = `
  WITH marked AS (
    UPDATE orders
    SET receipt_stored_at = coalesce(receipt_stored_at, ${timeOf('$4')}),
      event_published_at = coalesce(event_published_at, ${timeOf('$5')}),
      event_partition = coalesce(event_partition, $6), event_offset = coalesce(event_offset, $7)
    WHERE id = $1
    RETURNING id
  ), kept AS (
    UPDATE outbox
    SET receipt_pending = receipt_pending AND NOT $2::boolean,
      event_pending = event_pending AND NOT $3::boolean,
      left_to_relay = left_to_relay OR NOT $3::boolean
    FROM marked
    WHERE order_id = $1 AND NOT ($2::boolean AND $3::boolean)
  )
  DELETE FROM outbox USING marked WHERE order_id = $1 AND $2::boolean AND $3::boolean`;

interface PlacementRow {
  readonly stored: boolean;
  readonly event_waits: boolean;
}

/** Its outbox columns are null once everything is delivered. */
interface FoundRow extends PlacementRow, OrderRow {
  readonly placed_in: string;
  readonly receipt_pending: boolean | null;
  readonly event_pending: boolean | null;
  readonly outstanding_ms: number | null;
}

export class PostgresOrderWriter implements OrderWriter {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  async place(shard: ShardRange, order: Order, idempotencyKey: string | undefined): Promise<Placement> {
    // The second attempt finds what was inserted at the same moment as the first.
    const placement =
      (await this.#tryToPlace(shard, order, idempotencyKey)) ?? (await this.#tryToPlace(shard, order, idempotencyKey));
    if (placement === undefined) throw new Error(`The order ${order.id} was neither stored nor found.`);
    return placement;
  }

  async settle(shard: ShardRange, orderId: string, delivered: Delivered, just: JustDelivered = {}): Promise<void> {
    const { receiptAgeMs, eventAgeMs, position } = just;
    const values = [orderId, delivered.receipt, delivered.event, receiptAgeMs, eventAgeMs];
    await this.#databases.query(shard, {
      name: 'settle',
      text: SETTLE,
      values: [...values, position?.partition, position?.offset],
    });
  }

  async #tryToPlace(shard: ShardRange, order: Order, key: string | undefined): Promise<Placement | undefined> {
    const { id, userId, productName, quantity, price, status, createdAt, updatedAt } = order;
    const columns = [id, userId, productName, quantity, formatMoney(price), status, createdAt, updatedAt, key];
    const values = [...columns, HOLD_BACK_AFTER_SECONDS, RELAY_AFTER_SECONDS, describeShard(shard)];
    const [row] = await this.#databases.query<PlacementRow | FoundRow>(shard, { name: 'place', text: PLACE, values });
    if (row === undefined) return undefined;
    if (row.stored) {
      const delivered = { receipt: false, event: false };
      return { order, placedIn: shard, replayed: false, delivered, outstandingMs: 0, eventMustWait: row.event_waits };
    }
    return isFound(row) ? toPlacement(row, id) : undefined;
  }
}

function isFound(row: PlacementRow | FoundRow): row is FoundRow {
  return 'id' in row && row.id !== null;
}

function toPlacement(row: FoundRow, ownId: string): Placement {
  return {
    order: asCreated(toOrder(row)),
    placedIn: readShardDescription(row.placed_in),
    replayed: row.id !== ownId,
    delivered: { receipt: row.receipt_pending !== true, event: row.event_pending !== true },
    outstandingMs: row.outstanding_ms ?? 0,
    eventMustWait: row.event_waits,
  };
}
