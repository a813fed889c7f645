import type { Order } from '../../domain/order.ts';
import { type OrderChanges, type OrderQuery, OVERLAP_SECONDS } from '../../domain/order-page.ts';
import type { OrderReader } from '../../domain/ports.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import { isOwned, ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';
import type { ShardDatabases, Statement } from './shard-databases.ts';

const USERS = 20;
/** Sorts after every character that a user id may have. */
const AFTER_ALL = '~';
/** However old the time and rare the user, a request looks at no more of what has changed since. */
const CHANGES = 2_000;

interface ChangeRow extends OrderRow {
  readonly as_of: Date;
  readonly truncated: boolean;
}

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
    const rows = await this.#databases.query<ChangeRow>(shard, changesStatement(query, since));
    const [first] = rows;
    if (first === undefined) throw new Error('What has changed gave no row.');
    // A row without an order carries the rest when nothing has changed.
    const orders = rows.filter(({ id }) => id !== null).map(toOrder);
    return { orders, asOf: first.as_of, truncated: first.truncated };
  }
}

/**
 * Every filter follows an index, so a page costs the same wherever it starts. Only confirmed orders are found by passing over the
 * others, which are few unless Kafka is down.
 */
function pageStatement(query: OrderQuery): Statement {
  const sql = new Sql();
  const { after, userPrefix, limit } = query;
  const filters = filtersOf(query, sql);
  if (after !== undefined) {
    filters.push(`(orders.created_at, orders.id) < (${sql.value(after.createdAt)}, ${sql.value(after.id)})`);
  }
  const newest = `orders.created_at DESC, orders.id DESC LIMIT ${sql.value(limit)}`;
  if (userPrefix === undefined) {
    return sql.statement(`SELECT ${ORDER_COLUMNS} FROM orders ${where(filters)} ORDER BY ${newest}`);
  }
  // One page of each user is cheap, and their newest are among them. The planner takes a user that it does not know for one of
  // few orders, and would read and sort all orders of each. Of a range it expects more, so it reads the index in order.
  const ofUser = 'orders.user_id >= users.user_id AND orders.user_id <= users.user_id';
  return sql.statement(`
    SELECT ${ORDER_COLUMNS}
    FROM (${usersStatement(userPrefix, sql)}) AS users, LATERAL (
      SELECT * FROM orders ${where([...filters, ofUser])} ORDER BY orders.user_id, ${newest}
    ) AS orders
    ORDER BY ${newest}`);
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
  return sql.statement(`
    WITH recent AS MATERIALIZED (
      SELECT * FROM orders
      WHERE changed_at >= ${sql.value(since)}::timestamptz - make_interval(secs => ${OVERLAP_SECONDS})
      ORDER BY changed_at DESC, id DESC LIMIT ${CHANGES + 1}
    )
    SELECT now() AS as_of, looked_at.orders > ${CHANGES} AS truncated, changed.*
    FROM (SELECT count(*) AS orders FROM recent) AS looked_at LEFT JOIN LATERAL (
      SELECT ${ORDER_COLUMNS} FROM recent AS orders ${where(filters)}
      ORDER BY changed_at DESC, id DESC LIMIT ${sql.value(query.limit)}
    ) AS changed ON true`);
}

function filtersOf({ id, userId, status, ownedOnly }: OrderQuery, sql: Sql): string[] {
  return [
    ...(ownedOnly ? [isOwned(userId === undefined ? 'orders.user_id' : sql.value(userId))] : []),
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
