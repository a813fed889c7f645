import type { Order } from '../domain/order.ts';

/** An order of alice; a test overrides what it is about. */
export function anOrder(overrides: Partial<Order> = {}): Order {
  const createdAt = overrides.createdAt ?? new Date('2026-11-22T09:30:00.123Z');
  return {
    id: '019d0f2e-7b5c-7000-8000-000000000001',
    userId: 'alice',
    productName: 'Mechanical Keyboard',
    quantity: 2,
    price: 14_999n,
    status: 'created',
    createdAt,
    updatedAt: createdAt,
    ...overrides,
  };
}
