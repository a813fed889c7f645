import type { ConfirmationStore, Confirmed, FoundOrder, OrderFinder } from '../../domain/ports.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import { IS_OWNED, ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';
import type { ShardDatabases } from './shard-databases.ts';

// A repeated confirmation changes nothing. The confirmation's time is the database's, the creation's another clock's.
// Locks by id, as the relay does.
const CONFIRM = `
  WITH due AS MATERIALIZED (
    SELECT id FROM orders WHERE id = ANY($1::uuid[]) AND status = 'created' AND ${IS_OWNED} ORDER BY id FOR UPDATE
  ), confirmed AS (
    UPDATE orders SET status = 'confirmed', updated_at = greatest(now(), created_at), changed_at = now()
    WHERE id IN (SELECT id FROM due)
    RETURNING id, extract(epoch FROM updated_at - created_at)::float8 AS seconds
  )
  SELECT id, seconds FROM orders LEFT JOIN confirmed USING (id) WHERE id = ANY($1::uuid[]) AND ${IS_OWNED}`;

// Without an outbox entry, everything is delivered.
const FIND = `
  SELECT ${ORDER_COLUMNS}, coalesce(receipt_pending, false) AS receipt_pending, coalesce(event_pending, false) AS event_pending,
    receipt_stored_at, event_published_at, event_partition, event_offset
  FROM orders LEFT JOIN outbox ON order_id = orders.id
  WHERE orders.id = $1::uuid AND ${IS_OWNED}`;

interface FoundRow extends OrderRow {
  readonly receipt_pending: boolean;
  readonly event_pending: boolean;
  readonly receipt_stored_at: Date | null;
  readonly event_published_at: Date | null;
  readonly event_partition: number | null;
  /** BIGINT arrives as text. */
  readonly event_offset: string | null;
}

interface ConfirmedRow {
  readonly id: string;
  /** Null for an order that was confirmed before. */
  readonly seconds: number | null;
}

export class PostgresOrderStore implements OrderFinder, ConfirmationStore {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  async find(shard: ShardRange, id: string): Promise<FoundOrder | undefined> {
    const [row] = await this.#databases.query<FoundRow>(shard, { text: FIND, values: [id] });
    return row && toFoundOrder(row);
  }

  async markConfirmed(shard: ShardRange, orderIds: readonly string[]): Promise<Confirmed> {
    const rows = await this.#databases.query<ConfirmedRow>(shard, { text: CONFIRM, values: [orderIds] });
    const found = new Set(rows.map(({ id }) => id));
    return {
      lags: rows.flatMap(({ seconds }) => seconds ?? []),
      missing: orderIds.filter((id) => !found.has(id)),
    };
  }
}

function toFoundOrder(row: FoundRow): FoundOrder {
  const { event_partition: partition, event_offset: offset } = row;
  return {
    order: toOrder(row),
    delivered: { receipt: !row.receipt_pending, event: !row.event_pending },
    way: {
      receiptStoredAt: row.receipt_stored_at ?? undefined,
      eventPublishedAt: row.event_published_at ?? undefined,
      position: partition === null || offset === null ? undefined : { partition, offset: Number(offset) },
    },
  };
}
