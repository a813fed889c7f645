import { expect, it } from 'vitest';
import { orderCreated } from '../../domain/events.ts';
import { anOrder } from '../../testing/orders.ts';
import { toMessage } from './event-publisher.ts';

it('an event is a CloudEvent in binary mode, keyed by user', () => {
  const { key, value, headers } = toMessage(orderCreated(anOrder(), { id: 1, from: 'A', to: 'M' }));
  expect(key).toBe('alice');
  expect(JSON.parse(String(value))).toMatchObject({ event_type: 'order.created', user_id: 'alice' });
  expect(headers).toEqual({
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_type: 'order.created',
    ce_source: '/orderflow/orders',
    ce_id: '019d0f2e-7b5c-7000-8000-000000000001',
    ce_time: '2026-11-22T09:30:00.123Z',
  });
});
