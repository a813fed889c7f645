import { InvalidInputError } from './errors.ts';
import type { Order, OrderStatus } from './order.ts';

/** The page after a position starts with the next older order. */
export interface OrderPosition {
  readonly createdAt: Date;
  readonly id: string;
}

/** What is undefined does not narrow the list. */
export interface OrderFilter {
  readonly id?: string | undefined;
  readonly userId?: string | undefined;
  /** The beginning of a user id, in any case. Lists know at most 20 such users. */
  readonly userPrefix?: string | undefined;
  readonly status?: OrderStatus | undefined;
}

export interface OrderQuery extends OrderFilter {
  /** Leaves out orders of users who have moved to another shard, or not here yet. */
  readonly ownedOnly?: boolean;
  readonly after?: OrderPosition | undefined;
  readonly limit: number;
}

export interface OrderChanges {
  readonly orders: readonly Order[];
  /** The database's time. */
  readonly asOf: Date;
  /** Whether more orders have changed than were looked at: those that the query takes may be missing. */
  readonly truncated: boolean;
}

/** Transactions show in the order in which they end, not in the order of their times; none takes longer. */
export const OVERLAP_SECONDS = 5;

const POSITION = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const END_OF_TIME = Date.UTC(10_000, 0);

/** The position as opaque text for clients. */
export function encodeCursor({ createdAt, id }: OrderPosition): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url');
}

/** @throws InvalidInputError unless `encodeCursor` wrote the text */
export function decodeCursor(cursor: string): OrderPosition {
  const match = POSITION.exec(Buffer.from(cursor, 'base64url').toString());
  const [, milliseconds, id] = match ?? [];
  if (id !== undefined && Number(milliseconds) < END_OF_TIME) {
    const position = { createdAt: new Date(Number(milliseconds)), id };
    // Buffer skips characters that are not base64, so compare with the original.
    if (encodeCursor(position) === cursor) return position;
  }
  const message = 'must be the next_cursor of an earlier response';
  throw new InvalidInputError(`cursor ${message}.`, [{ path: 'cursor', message }]);
}

/** By id within a millisecond, as the shards sort. */
function newestFirst(a: Order, b: Order): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1);
}

/**
 * Of an order that two shards gave, because its user moved meanwhile, the later state counts.
 *
 * @param lists up to `limit + 1` orders per shard: the extra one shows that there are more
 */
export function mergePages(lists: readonly (readonly Order[])[], limit: number): { orders: Order[]; more: boolean } {
  const latest = new Map<string, Order>();
  for (const order of lists.flat()) {
    const known = latest.get(order.id);
    if (known === undefined || known.updatedAt < order.updatedAt) latest.set(order.id, order);
  }
  const merged = [...latest.values()].sort(newestFirst);
  return { orders: merged.slice(0, limit), more: merged.length > limit };
}
