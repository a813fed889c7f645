import pg from 'pg';
import type { Addresses } from '../../../local/start.ts';
import type { StoredOrder } from '../evidence.ts';

const TIMEOUT_MS = 30_000;

/** What a shard still has to do. */
export interface Backlog {
  readonly outboxRows: number;
  readonly unconfirmed: number;
}

/** All orders of all shards. */
export async function readOrders({ databases }: Addresses): Promise<StoredOrder[]> {
  const sql = `
    SELECT id, user_id AS "userId", product_name AS "productName", quantity, price::float8 AS price, status,
      to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"
    FROM orders`;
  const perShard = Object.entries(databases).map(async ([database, url]) => {
    const rows = await query<Omit<StoredOrder, 'database'>>(url, sql);
    return rows.map((row) => ({ ...row, database }));
  });
  return (await Promise.all(perShard)).flat();
}

/**
 * What all shards together still have to do for orders that were created before a time.
 *
 * @throws Error when a shard does not answer
 */
export async function readBacklog({ databases }: Addresses, before = new Date()): Promise<Backlog> {
  const sql = `
    SELECT (SELECT count(*) FROM outbox JOIN orders ON id = order_id WHERE orders.created_at <= $1)::int AS "outboxRows",
      (SELECT count(*) FROM orders WHERE status <> 'confirmed' AND created_at <= $1)::int AS unconfirmed`;
  const rows = await Promise.all(Object.values(databases).map((url) => query<Backlog>(url, sql, [before])));
  const sum = (field: keyof Backlog) => rows.flat().reduce((total, row) => total + row[field], 0);
  return { outboxRows: sum('outboxRows'), unconfirmed: sum('unconfirmed') };
}

async function query<Row extends object>(url: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const address = new URL(url);
  // The certificate is the run's own; who checks the data is on the same machine.
  address.search = '';
  const client = new pg.Client({
    connectionString: address.href,
    ssl: { rejectUnauthorized: false },
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  // A server that is killed is an answer to the query, and nothing more.
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
