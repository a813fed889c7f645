import type { Cents } from './money.ts';

/** What an order may contain; every layer that checks input takes the limits from here. */
export const ORDER_LIMITS = {
  userId: /^[A-Za-z][A-Za-z0-9._-]{0,99}$/,
  productNameCharacters: 255,
  quantity: 1_000_000,
  minimumPrice: 1n,
  maximumPrice: 99_999_999_99n,
} as const;

/** What a customer asks for. */
export interface OrderRequest {
  readonly userId: string;
  readonly productName: string;
  readonly quantity: number;
  /** Price of one piece. */
  readonly price: Cents;
}

export type OrderStatus = 'created' | 'confirmed';

/** An order as it is stored. */
export interface Order extends OrderRequest {
  /** UUIDv7: sorts by creation time. */
  readonly id: string;
  readonly status: OrderStatus;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Quantity times unit price; up to 10^16 cents. */
export function orderTotal(order: OrderRequest): Cents {
  return BigInt(order.quantity) * order.price;
}

/** Whether two requests ask for the same thing. */
export function isSameRequest(one: OrderRequest, other: OrderRequest): boolean {
  return (
    one.userId === other.userId &&
    one.productName === other.productName &&
    one.quantity === other.quantity &&
    one.price === other.price
  );
}

/** The order as it was when it was placed: its receipt, its event and the answer to its request never tell more. */
export function asCreated(order: Order): Order {
  return { ...order, status: 'created', updatedAt: order.createdAt };
}

/** Where the order's receipt lies in the receipts bucket. */
export function receiptKey(order: Order): string {
  return `receipts/${order.userId}/${order.id}.txt`;
}
