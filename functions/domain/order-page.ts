import { InvalidInputError } from './errors.ts';
import type { Order } from './order.ts';

/** A place in the list of orders, newest first: the page that follows starts after this order. */
export interface OrderPosition {
  readonly createdAt: Date;
  readonly id: string;
}

/** Which orders to list. */
export interface OrderQuery {
  /** Only this user's orders. */
  readonly userId?: string | undefined;
  /** Only orders after this position. */
  readonly after?: OrderPosition | undefined;
  /** At most this many. */
  readonly limit: number;
}

const POSITION = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const END_OF_TIME = Date.UTC(10_000, 0);

/** The position as opaque text for clients. */
export function encodeCursor({ createdAt, id }: OrderPosition): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url');
}

/**
 * Reads a position that `encodeCursor` wrote.
 *
 * @throws InvalidInputError for any other text
 */
export function decodeCursor(cursor: string): OrderPosition {
  const match = POSITION.exec(Buffer.from(cursor, 'base64url').toString());
  const [, milliseconds, id] = match ?? [];
  if (id !== undefined && Number(milliseconds) < END_OF_TIME) {
    const position = { createdAt: new Date(Number(milliseconds)), id };
    // Buffer skips what is not base64; writing the position again shows whether this is the very text handed out.
    if (encodeCursor(position) === cursor) return position;
  }
  const message = 'must be the next_cursor of an earlier answer';
  throw new InvalidInputError(`cursor ${message}.`, [{ path: 'cursor', message }]);
}

/** Orders newest first; orders of the same millisecond by id, as the shards sort them. */
function newestFirst(a: Order, b: Order): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1);
}

/**
 * Merges what the shards returned into one page.
 *
 * @param lists up to `limit + 1` orders per shard: the one too many tells that there is more
 */
export function mergePages(lists: readonly (readonly Order[])[], limit: number): { orders: Order[]; more: boolean } {
  const merged = lists.flat().sort(newestFirst);
  return { orders: merged.slice(0, limit), more: merged.length > limit };
}
