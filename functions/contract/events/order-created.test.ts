import { describe, expect, it } from 'vitest';
import { orderCreated } from '../../domain/events.ts';
import { anOrder } from '../../testing/orders.ts';
import { ORDER_CREATED } from './order-created.ts';

const SHARD = { id: 1, from: 'A', to: 'M' };
const event = JSON.parse(ORDER_CREATED.encode(orderCreated(anOrder(), SHARD)));

describe('an event on the topic of orders', () => {
  it('is written in the fields that consumers rely on', () => {
    expect(JSON.parse(ORDER_CREATED.encode(orderCreated(anOrder(), SHARD)))).toEqual({
      event_type: 'order.created',
      order_id: '019d0f2e-7b5c-7000-8000-000000000001',
      user_id: 'alice',
      product_name: 'Mechanical Keyboard',
      quantity: 2,
      total: 299.98,
      status: 'created',
      shard: 1,
      timestamp: '2026-11-22T09:30:00.123Z',
    });
  });

  it('is written with the total in exact digits', () => {
    const order = anOrder({ quantity: 999_999, price: 99_999_999_99n });
    expect(ORDER_CREATED.encode(orderCreated(order, SHARD))).toContain('"total":99999899990000.01,');
  });

  it('is read as create-order publishes it, the largest order to the cent', () => {
    const largest = anOrder({ quantity: 1_000_000, price: 99_999_999_99n, productName: '🎹'.repeat(255) });
    for (const published of [orderCreated(anOrder(), SHARD), orderCreated(largest, SHARD)]) {
      expect(ORDER_CREATED.decode(ORDER_CREATED.encode(published))).toEqual(published);
    }
  });

  it.each([
    ['1e2', 10_000n],
    ['299.980', 29_998n],
    ['9.999999999E13', 9_999_999_999_000_000n],
  ])('may have its total written as %s, which is a number like any other', (digits, total) => {
    expect(ORDER_CREATED.decode(JSON.stringify(event).replace('299.98', digits))).toMatchObject({ total });
  });

  it('may be of a shard that is still to come', () => {
    expect(ORDER_CREATED.decode(JSON.stringify({ ...event, shard: 26 }))).toMatchObject({ shard: 26 });
  });

  it('may have grown a field', () => {
    expect(ORDER_CREATED.decode(JSON.stringify({ ...event, discount: 5 }))).toMatchObject({ userId: 'alice' });
  });

  it.each([
    ['empty', ''],
    ['broken JSON', '{'],
    ['of another type', JSON.stringify({ ...event, event_type: 'order.cancelled' })],
    ['without an order', JSON.stringify({ ...event, order_id: undefined })],
    ['of a user that cannot be', JSON.stringify({ ...event, user_id: '1alice' })],
    ['for 900 KB of product', JSON.stringify({ ...event, product_name: 'x'.repeat(900 * 1024) })],
    ['for no piece', JSON.stringify({ ...event, quantity: 0 })],
    ['with a total as text', JSON.stringify({ ...event, total: '299.98' })],
    ['with a total of three decimals', JSON.stringify({ ...event, total: 1.999 })],
    ['with a negative total', JSON.stringify({ ...event, total: -1 })],
    ['with a total beyond all numbers', JSON.stringify(event).replace('299.98', '1e999')],
    ['with a total beyond any order', JSON.stringify(event).replace('299.98', '9'.repeat(20))],
    ['of shard 0', JSON.stringify({ ...event, shard: 0 })],
    ['of shard 27', JSON.stringify({ ...event, shard: 27 })],
  ])('is refused when it is %s', (_, text) => {
    expect(() => ORDER_CREATED.decode(text)).toThrow();
  });

  it('says what is wrong with it', () => {
    const wrong = JSON.stringify({ ...event, quantity: 'two' });
    expect(() => ORDER_CREATED.decode(wrong)).toThrow(/Not an order\.created event: .*\n.*quantity/);
  });
});
