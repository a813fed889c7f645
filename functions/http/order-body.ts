import { type Order, type OrderStatus, receiptKey } from '../domain/order.ts';

/** An order in the words of the API. */
export interface OrderBody {
  readonly id: string;
  readonly user_id: string;
  readonly product_name: string;
  readonly quantity: number;
  /** Exact: a price has at most ten digits. */
  readonly price: number;
  readonly status: OrderStatus;
  readonly receipt_s3_key: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** The order as every answer shows it. */
export function toOrderBody(order: Order): OrderBody {
  return {
    id: order.id,
    user_id: order.userId,
    product_name: order.productName,
    quantity: order.quantity,
    price: Number(order.price) / 100,
    status: order.status,
    receipt_s3_key: receiptKey(order),
    created_at: order.createdAt.toISOString(),
    updated_at: order.updatedAt.toISOString(),
  };
}
