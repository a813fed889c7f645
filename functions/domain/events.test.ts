import { expect, it } from 'vitest';
import { anOrder } from '../testing/orders.ts';
import { confirm, orderCreated } from './events.ts';

it('an order is confirmed to its customer in words', () => {
  const now = new Date('2026-11-22T09:30:01Z');
  expect(confirm(orderCreated(anOrder(), { id: 1, from: 'A', to: 'M' }), now)).toEqual({
    orderId: '019d0f2e-7b5c-7000-8000-000000000001',
    userId: 'alice',
    shard: 1,
    message:
      'Dear alice, your order for 2 x Mechanical Keyboard (Total: $299.98) has been confirmed! ' +
      'Order ID: 019d0f2e-7b5c-7000-8000-000000000001',
    timestamp: now,
  });
});

it('a confirmation is one line, whatever the product of an event is called', () => {
  const order = anOrder({ productName: 'Desk\u2028\u202e' });
  const { message } = confirm(orderCreated(order, { id: 1, from: 'A', to: 'M' }), new Date());
  expect(message).toContain('2 x Desk  (Total: $299.98)');
});
