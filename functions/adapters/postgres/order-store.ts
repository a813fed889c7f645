import type { Order } from '../../domain/order.ts';
import type { OrderQuery } from '../../domain/order-page.ts';
import type { ConfirmationStore, FoundOrder, OrderFinder, OrderReader } from '../../domain/ports.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';
import type { ShardDatabases, Statement } from './shard-databases.ts';

// A repeated confirmation changes nothing. The confirmation's time is the database's, the creation's another clock's.
const CONFIRM = `
  UPDATE orders SET status = 'confirmed', updated_at = greatest(now(), created_at)
  WHERE id = ANY($1::uuid[]) AND status = 'created'
  RETURNING extract(epoch FROM updated_at - created_at)::float8 AS seconds`;

// Without an outbox entry, the receipt is stored.
const FIND = `
  SELECT ${ORDER_COLUMNS}, coalesce(receipt_pending, false) AS receipt_pending
  FROM orders LEFT JOIN outbox ON order_id = orders.id
  WHERE orders.id = $1::uuid`;

interface FoundRow extends OrderRow {
  readonly receipt_pending: boolean;
}

export class PostgresOrderStore implements OrderReader, OrderFinder, ConfirmationStore {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  async list(shard: ShardRange, query: OrderQuery): Promise<Order[]> {
    const rows = await this.#databases.query<OrderRow>(shard, listStatement(query));
    return rows.map(toOrder);
  }

  async find(shard: ShardRange, id: string): Promise<FoundOrder | undefined> {
    const [row] = await this.#databases.query<FoundRow>(shard, { text: FIND, values: [id] });
    return row && { order: toOrder(row), receiptStored: !row.receipt_pending };
  }

  async markConfirmed(shard: ShardRange, orderIds: readonly string[]): Promise<number[]> {
    const changed = await this.#databases.query<{ seconds: number }>(shard, { text: CONFIRM, values: [orderIds] });
    return changed.map(({ seconds }) => seconds);
  }

  async check(shard: ShardRange): Promise<void> {
    await this.#databases.query(shard, { text: 'SELECT 1', values: [] });
  }
}

/** Both filters follow an index, so a page costs the same wherever it starts. */
function listStatement({ userId, after, limit }: OrderQuery): Statement {
  const values: unknown[] = [limit];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const filters: string[] = [];
  if (userId !== undefined) filters.push(`user_id = ${parameter(userId)}`);
  if (after !== undefined) filters.push(`(created_at, id) < (${parameter(after.createdAt)}, ${parameter(after.id)})`);
  const text = `
    SELECT ${ORDER_COLUMNS}
    FROM orders
    ${filters.length > 0 ? `WHERE ${filters.join(' AND ')}` : ''}
    ORDER BY created_at DESC, id DESC
    LIMIT $1`;
  return { text, values };
}
