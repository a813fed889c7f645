import { expect, it } from 'vitest';
import { orderCreated } from '../../domain/events.ts';
import { anOrder } from '../../testing/orders.ts';
import { toMessage } from './event-publisher.ts';

const EVENT = orderCreated(anOrder(), { id: 1, from: 'A', to: 'M' });

it('an event is a CloudEvent in binary mode, keyed by user', () => {
  const { key, value, headers } = toMessage(EVENT);
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

it('an event says which trace it belongs to', () => {
  const trace = '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01';
  expect(toMessage(EVENT, trace).headers).toMatchObject({ traceparent: trace, ce_type: 'order.created' });
});
