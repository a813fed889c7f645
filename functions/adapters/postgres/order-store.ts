import { formatMoney, parseMoney } from '../../domain/money.ts';
import type { Order, OrderStatus } from '../../domain/order.ts';
import type { OrderQuery } from '../../domain/order-page.ts';
import type { Delivered, OrderReader, OrderWriter } from '../../domain/ports.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import type { ShardDatabases, Statement } from './shard-databases.ts';

// A repeated insert finds its own order and does nothing, so a lost answer can be asked for again.
const INSERT = `
  WITH stored AS (
    INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (id) DO NOTHING
    RETURNING id
  )
  INSERT INTO outbox (order_id) SELECT id FROM stored`;

const DROP = 'DELETE FROM outbox WHERE order_id = $1';

const KEEP_THE_REST = `
  UPDATE outbox
  SET receipt_pending = receipt_pending AND NOT $2::boolean, event_pending = event_pending AND NOT $3::boolean
  WHERE order_id = $1`;

interface OrderRow {
  readonly id: string;
  readonly user_id: string;
  readonly product_name: string;
  readonly quantity: number;
  /** NUMERIC arrives as text. */
  readonly price: string;
  readonly status: OrderStatus;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** Orders and their outbox in the Postgres database of the shard that owns them. */
export class PostgresOrderStore implements OrderWriter, OrderReader {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  async insert(shard: ShardRange, order: Order): Promise<void> {
    const { id, userId, productName, quantity, status, createdAt, updatedAt } = order;
    const values = [id, userId, productName, quantity, formatMoney(order.price), status, createdAt, updatedAt];
    await this.#databases.query(shard, { text: INSERT, values });
  }

  async settle(shard: ShardRange, orderId: string, { receipt, event }: Delivered): Promise<void> {
    if (receipt && event) await this.#databases.query(shard, { text: DROP, values: [orderId] });
    else await this.#databases.query(shard, { text: KEEP_THE_REST, values: [orderId, receipt, event] });
  }

  async list(shard: ShardRange, query: OrderQuery): Promise<Order[]> {
    const rows = await this.#databases.query<OrderRow>(shard, listStatement(query));
    return rows.map(toOrder);
  }

  /** Resolves when the shard answers. */
  async check(shard: ShardRange): Promise<void> {
    await this.#databases.query(shard, { text: 'SELECT 1', values: [] });
  }
}

/** Both filters follow the order of an index, so a page costs the same wherever it starts. */
function listStatement({ userId, after, limit }: OrderQuery): Statement {
  const values: unknown[] = [limit];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const filters: string[] = [];
  if (userId !== undefined) filters.push(`user_id = ${parameter(userId)}`);
  if (after !== undefined) filters.push(`(created_at, id) < (${parameter(after.createdAt)}, ${parameter(after.id)})`);
  const text = `
    SELECT id, user_id, product_name, quantity, price, status, created_at, updated_at
    FROM orders
    ${filters.length > 0 ? `WHERE ${filters.join(' AND ')}` : ''}
    ORDER BY created_at DESC, id DESC
    LIMIT $1`;
  return { text, values };
}

function toOrder(row: OrderRow): Order {
  const price = parseMoney(row.price);
  if (price === undefined) throw new Error(`The order ${row.id} has the price "${row.price}".`);
  return {
    id: row.id,
    userId: row.user_id,
    productName: row.product_name,
    quantity: row.quantity,
    price,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
