import type { Order, OrderPage } from './api.ts';

/** The orders that the page has, newest first and without gaps. */
export interface KnownOrders {
  readonly orders: readonly Order[];
  /** Leads to older ones; undefined when there are none. */
  readonly next: string | undefined;
}

export const NO_ORDERS: KnownOrders = { orders: [], next: undefined };

/**
 * Takes over the newest page. Older orders stay as long as nothing can be missing between them and the page. What the page should have
 * and has not is gone from the list, such as an order that no longer has the status asked for.
 */
export function withNewest(known: KnownOrders, { orders, next_cursor: next }: OrderPage): KnownOrders {
  const last = orders.at(-1);
  if (last === undefined || next === undefined) return { orders, next };
  const ids = new Set(orders.map(({ id }) => id));
  if (!known.orders.some(({ id }) => ids.has(id))) return { orders, next };
  const older = known.orders.filter((order) => !ids.has(order.id) && isOlder(order, last));
  return older.length === 0 ? { orders, next } : { orders: [...orders, ...older], next: known.next };
}

/** Puts an older page behind those that are known. */
export function withOlder(known: KnownOrders, { orders, next_cursor: next }: OrderPage): KnownOrders {
  const ids = new Set(known.orders.map(({ id }) => id));
  return { orders: [...known.orders, ...orders.filter(({ id }) => !ids.has(id))], next };
}

function isOlder(order: Order, than: Order): boolean {
  const [a, b] = [Date.parse(order.created_at), Date.parse(than.created_at)];
  return a < b || (a === b && order.id < than.id);
}
