import { setTimeout as delay } from 'node:timers/promises';
import { IS_OWNED } from '../../functions/adapters/postgres/order-row.ts';
import { operatorQuery } from '../operator-query.ts';
import type { OwnAddresses } from '../own-addresses.ts';
import { PRODUCT_NAME } from './load.ts';

const POLL_EVERY_MS = 500;
const REPORT_EVERY_MS = 5_000;

export interface StoredOrder {
  readonly id: string;
  readonly database: string;
  readonly userId: string;
  readonly productName: string;
  readonly quantity: number;
  readonly price: number;
  readonly status: string;
  readonly createdAt: string;
}

interface Backlog {
  readonly outboxRows: number;
  readonly unconfirmed: number;
}

/** All orders that clients have placed, each in the shard that has its user. Its `database` is where it was placed, for ever. */
export async function readOrders({ databases }: OwnAddresses): Promise<StoredOrder[]> {
  const sql = `
    SELECT id, 'orders_' || split_part(placed_in, ' ', 1) AS database, user_id AS "userId", product_name AS "productName", quantity, price::float8 AS price, status,
      to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"
    FROM orders WHERE product_name LIKE '${PRODUCT_NAME} %' AND ${IS_OWNED}`;
  return (await Promise.all(Object.values(databases).map((url) => operatorQuery<StoredOrder>(url, sql)))).flat();
}

/**
 * What is still to be done for orders that were created before a time.
 *
 * @throws Error when a shard does not respond
 */
export async function readBacklog({ databases }: OwnAddresses, before = new Date()): Promise<Backlog> {
  const sql = `
    SELECT (SELECT count(*) FROM outbox JOIN orders ON id = order_id WHERE orders.created_at <= $1)::int AS "outboxRows",
      (SELECT count(*) FROM orders WHERE status = 'created' AND created_at <= $1 AND ${IS_OWNED})::int AS unconfirmed`;
  const rows = await Promise.all(Object.values(databases).map((url) => operatorQuery<Backlog>(url, sql, [before])));
  const sum = (field: keyof Backlog) => rows.flat().reduce((total, row) => total + row[field], 0);
  return { outboxRows: sum('outboxRows'), unconfirmed: sum('unconfirmed') };
}

/**
 * Waits until all orders that were created before a time are delivered and confirmed.
 *
 * @param options.report called every few seconds with what is still to be done
 * @returns seconds that it took; undefined when the limit was reached first
 */
export async function waitUntilDrained(options: {
  addresses: OwnAddresses;
  before?: Date;
  limitSeconds: number;
  report: (backlog: string) => void;
  signal: AbortSignal;
}): Promise<number | undefined> {
  const { addresses, before, limitSeconds, report, signal } = options;
  const begun = performance.now();
  let reportAt = begun + REPORT_EVERY_MS;
  for (;;) {
    const backlog = await readBacklog(addresses, before).catch((error: Error) => error);
    const now = performance.now();
    if (!(backlog instanceof Error) && backlog.outboxRows + backlog.unconfirmed === 0) return (now - begun) / 1000;
    if (now > begun + limitSeconds * 1000) return undefined;
    if (now > reportAt) {
      report(
        backlog instanceof Error
          ? `a shard does not respond: ${backlog.message}`
          : `${backlog.outboxRows} rows in the outbox, ${backlog.unconfirmed} orders not confirmed`,
      );
      reportAt = now + REPORT_EVERY_MS;
    }
    await delay(POLL_EVERY_MS, undefined, { signal });
  }
}
