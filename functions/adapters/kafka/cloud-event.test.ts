import { describe, expect, it } from 'vitest';
import { ORDER_CREATED } from '../../contract/events/order-created.ts';
import { orderCreated } from '../../domain/events.ts';
import { anOrder } from '../../testing/orders.ts';
import { cloudEventMessage, traceparent } from './cloud-event.ts';

const EVENT = orderCreated(anOrder(), { id: 1, from: 'A', to: 'M' });

it('an event is a CloudEvent in binary mode, keyed by user', () => {
  const { key, value, headers } = cloudEventMessage(ORDER_CREATED, EVENT);
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
  expect(cloudEventMessage(ORDER_CREATED, EVENT, trace).headers).toMatchObject({
    traceparent: trace,
    ce_type: 'order.created',
  });
});

const ROOT = 'Root=1-5759e988-bd862e3fe1be46a994272793';
const PARENT = 'Parent=53995c3f42cd8ad8';

describe('the trace context', () => {
  it.each([
    [`${ROOT};${PARENT};Sampled=1`, '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01'],
    [`${ROOT};${PARENT};Sampled=0`, '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00'],
    [`${ROOT};${PARENT};Sampled=1;Lineage=1:a87bd80c:0`, '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01'],
    [
      `Sampled=?;Self=1-67891234-12456789abcdef012345678;${PARENT};${ROOT}`,
      '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00',
    ],
  ])('of "%s" is %s', (header, expected) => {
    expect(traceparent(header)).toBe(expected);
  });

  it.each(['', ROOT, PARENT, `Root=2-5759e988-bd862e3fe1be46a994272793;${PARENT}`, `${ROOT};Parent=0`, 'oops;=;=='])(
    'is none for "%s"',
    (header) => {
      expect(traceparent(header)).toBeUndefined();
    },
  );
});
