import type { MSKEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeOrderCreated, orderCreated } from '../domain/events.ts';
import { anOrder } from '../testing/orders.ts';
import { handler } from './handler.ts';
import { readOrderCreated } from './input.ts';
import sample from './samples/msk-event.json' with { type: 'json' };

const CONTEXT = { awsRequestId: 'request-1' };
const base64 = (text: string) => Buffer.from(text).toString('base64');
const lines: Record<string, unknown>[] = [];

/** The recorded event with other values in its partition 3, at offsets 42, 43, ... */
function eventWith(...values: (string | null | undefined)[]): MSKEvent {
  const event = structuredClone(sample) as unknown as MSKEvent;
  const [template] = event.records['orders-3'] ?? [];
  if (template === undefined) throw new Error('The sample has a record in partition 3.');
  const records = values.map((value, index) => ({ ...template, value: value as string, offset: 42 + index }));
  return { ...event, records: { 'orders-3': records } };
}

beforeEach(() => {
  lines.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(JSON.parse(String(line)));
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('consume-orders', () => {
  it('confirms each order of a batch in one line of the log', async () => {
    const response = await handler(sample as unknown as MSKEvent, CONTEXT);
    expect(response).toEqual({ batchItemFailures: [] });
    expect(lines).toMatchObject([
      {
        level: 'INFO',
        requestId: 'request-1',
        orderId: '019d0f2e-7b5c-7000-8000-000000000001',
        shard: 'shard1',
        message:
          'Dear alice, your order for 2 x Mechanical Keyboard (Total: $299.98) has been confirmed! ' +
          'Order ID: 019d0f2e-7b5c-7000-8000-000000000001',
      },
      { message: expect.stringContaining('999999 x Skyscraper (Total: $99999899990000.01)') },
    ]);
  });

  it('reads what create-order publishes', () => {
    const event = orderCreated(anOrder(), { id: 1, from: 'A', to: 'M' });
    expect(readOrderCreated(base64(encodeOrderCreated(event)))).toEqual(event);
  });

  const order = JSON.parse(encodeOrderCreated(orderCreated(anOrder(), { id: 1, from: 'A', to: 'M' })));
  it.each([
    ['a null value', null],
    ['no value', undefined],
    ['an empty value', ''],
    ['broken JSON', base64('{')],
    ['bytes that are not UTF-8', '/w=='],
    ['another event type', base64(JSON.stringify({ ...order, event_type: 'order.cancelled' }))],
    ['a missing field', base64(JSON.stringify({ ...order, order_id: undefined }))],
    ['a total as text', base64(JSON.stringify({ ...order, total: '299.98' }))],
    ['a total with three decimals', base64(JSON.stringify({ ...order, total: 1.999 }))],
  ])('reports a record with %s alone', async (_, value) => {
    const good = base64(JSON.stringify(order));
    expect(await handler(eventWith(good, value, good), CONTEXT)).toEqual({
      batchItemFailures: [{ itemIdentifier: { partition: 'orders-3', offset: 43 } }],
    });
    expect(lines.map(({ level }) => level)).toEqual(['INFO', 'ERROR', 'INFO']);
  });

  it('takes an event that has grown a field', async () => {
    const grown = base64(JSON.stringify({ ...order, discount: 5 }));
    expect(await handler(eventWith(grown), CONTEXT)).toEqual({ batchItemFailures: [] });
  });
});
