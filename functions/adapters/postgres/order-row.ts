import { parseMoney } from '../../domain/money.ts';
import type { Order, OrderStatus } from '../../domain/order.ts';

export const ORDER_COLUMNS =
  'orders.id, orders.user_id, product_name, quantity, price, status, orders.created_at, orders.updated_at';

/**
 * A condition for orders: false for those that the shard is being given, or has given away. docs/moving-users.md
 *
 * @param userId in SQL; a parameter is looked up once, a column for each order
 */
export const isOwned = (userId: string) => `NOT EXISTS (
  SELECT FROM placements
  WHERE placements.user_id = ${userId} AND placements.state IN ('arriving', 'refused', 'moved'))`;
export const IS_OWNED = isOwned('orders.user_id');

export interface OrderRow {
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

/** The order that a row holds. */
export function toOrder(row: OrderRow): Order {
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
