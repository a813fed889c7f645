import type { Order } from '../../domain/order.ts';
import { type OrderChanges, type OrderQuery, OVERLAP_SECONDS } from '../../domain/order-page.ts';
import type { OrderReader } from '../../domain/ports.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';
import type { ShardDatabases, Statement } from './shard-databases.ts';

const USERS = 20;
/** Sorts after every character that a user id may have. */
const AFTER_ALL = '~';

export class PostgresOrderLists implements OrderReader {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  async list(shard: ShardRange, query: OrderQuery): Promise<Order[]> {
    const rows = await this.#databases.query<OrderRow>(shard, pageStatement(query));
    return rows.map(toOrder);
  }

  async changes(shard: ShardRange, query: OrderQuery, since: Date): Promise<OrderChanges> {
    const rows = await this.#databases.query<OrderRow & { as_of: Date }>(shard, changesStatement(query, since));
    // A row without an order carries the time when nothing has changed.
    return { orders: rows.filter(({ id }) => id !== null).map(toOrder), asOf: rows[0]?.as_of ?? since };
  }
}

/** Every filter but the status follows an index, so a page costs the same wherever it starts. */
function pageStatement(query: OrderQuery): Statement {
  const sql = new Sql();
  const { after, userPrefix, limit } = query;
  const filters = filtersOf(query, sql);
  if (after !== undefined) {
    filters.push(`(orders.created_at, orders.id) < (${sql.value(after.createdAt)}, ${sql.value(after.id)})`);
  }
  const page = (from: string, more: string[] = []) => `
    SELECT ${ORDER_COLUMNS}
    FROM ${from}
    ${where([...filters, ...more])}
    ORDER BY orders.created_at DESC, orders.id DESC
    LIMIT ${sql.value(limit)}`;
  if (userPrefix === undefined) return sql.statement(page('orders'));
  // One page of each user is cheap, and their newest are among them.
  return sql.statement(`
    SELECT ${ORDER_COLUMNS}
    FROM (${usersStatement(userPrefix, sql)}) AS users,
      LATERAL (${page('orders', ['orders.user_id = users.user_id'])}) AS orders
    ORDER BY orders.created_at DESC, orders.id DESC
    LIMIT ${sql.value(limit)}`);
}

/** Those who have placed an order, up to 20 in the order of their names. */
function usersStatement(prefix: string, sql: Sql): string {
  const from = sql.value(prefix.toLowerCase());
  const begins = `lower(user_id) >= ${from} AND lower(user_id) < ${from} || '${AFTER_ALL}'`;
  return `
    SELECT user_id FROM (
      (SELECT user_id FROM order_statistics WHERE fact = 'placed' AND minute = '-infinity' AND ${begins}
       ORDER BY lower(user_id), user_id LIMIT ${USERS})
      UNION
      SELECT user_id FROM order_statistics_delta WHERE fact = 'placed' AND ${begins}
    ) AS known
    ORDER BY lower(user_id), user_id
    LIMIT ${USERS}`;
}

function changesStatement(query: OrderQuery, since: Date): Statement {
  const sql = new Sql();
  const filters = filtersOf(query, sql);
  if (query.userPrefix !== undefined) {
    const from = sql.value(query.userPrefix.toLowerCase());
    filters.push(`lower(orders.user_id) >= ${from} AND lower(orders.user_id) < ${from} || '${AFTER_ALL}'`);
  }
  filters.push(`changed_at >= ${sql.value(since)}::timestamptz - make_interval(secs => ${OVERLAP_SECONDS})`);
  return sql.statement(`
    SELECT now() AS as_of, changed.* FROM (SELECT) AS always LEFT JOIN LATERAL (
      SELECT ${ORDER_COLUMNS} FROM orders ${where(filters)}
      ORDER BY changed_at DESC, id DESC LIMIT ${sql.value(query.limit)}
    ) AS changed ON true`);
}

function filtersOf({ id, userId, status }: OrderQuery, sql: Sql): string[] {
  return [
    ...(id === undefined ? [] : [`orders.id = ${sql.value(id)}::uuid`]),
    ...(userId === undefined ? [] : [`orders.user_id = ${sql.value(userId)}`]),
    ...(status === undefined ? [] : [`orders.status = ${sql.value(status)}`]),
  ];
}

function where(filters: readonly string[]): string {
  return filters.length === 0 ? '' : `WHERE ${filters.join(' AND ')}`;
}

/** Numbers the values of a statement. */
class Sql {
  readonly #values: unknown[] = [];

  value(value: unknown): string {
    return `$${this.#values.push(value)}`;
  }

  statement(text: string): Statement {
    return { text, values: this.#values };
  }
}
