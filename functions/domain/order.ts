import type { Cents } from './money.ts';

/** Every layer that checks input takes its limits from here. */
export const ORDER_LIMITS = {
  userId: /^[A-Za-z][A-Za-z0-9._-]{0,99}$/,
  productNameCharacters: 255,
  quantity: 1_000_000,
  minimumPrice: 1n,
  maximumPrice: 99_999_999_99n,
} as const;

export interface OrderRequest {
  readonly userId: string;
  readonly productName: string;
  readonly quantity: number;
  /** Per piece. */
  readonly price: Cents;
}

export const ORDER_STATUSES = ['created', 'confirmed'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export interface Order extends OrderRequest {
  /** UUIDv7: sorts by creation time. */
  readonly id: string;
  readonly status: OrderStatus;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Up to 10^16 cents. */
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

/** As it was placed: receipt, event and response never tell more. */
export function asCreated(order: Order): Order {
  return { ...order, status: 'created', updatedAt: order.createdAt };
}

/** Key in the receipts bucket. */
export function receiptKey(order: Order): string {
  return `${receiptsOf(order.userId)}${order.id}.txt`;
}

/** What the keys of a user's receipts begin with, and no other's. */
export function receiptsOf(userId: string): string {
  return `receipts/${userId}/`;
}
