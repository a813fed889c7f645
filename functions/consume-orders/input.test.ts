import { describe, expect, it } from 'vitest';
import { encodeOrderCreated, orderCreated } from '../domain/events.ts';
import { anOrder } from '../testing/orders.ts';
import { readOrderCreated } from './input.ts';

const SHARD = { id: 1, from: 'A', to: 'M' };
const event = JSON.parse(encodeOrderCreated(orderCreated(anOrder(), SHARD)));

describe('an event on the topic of orders', () => {
  it('is read as create-order publishes it, the largest order to the cent', () => {
    const largest = anOrder({ quantity: 1_000_000, price: 99_999_999_99n, productName: '🎹'.repeat(255) });
    for (const published of [orderCreated(anOrder(), SHARD), orderCreated(largest, SHARD)]) {
      expect(readOrderCreated(encodeOrderCreated(published))).toEqual(published);
    }
  });

  it('may have grown a field', () => {
    expect(readOrderCreated(JSON.stringify({ ...event, discount: 5 }))).toMatchObject({ userId: 'alice' });
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
    ['with a total beyond any order', JSON.stringify(event).replace('299.98', '9'.repeat(20))],
    ['of shard 0', JSON.stringify({ ...event, shard: 0 })],
  ])('is refused when it is %s', (_, text) => {
    expect(() => readOrderCreated(text)).toThrow();
  });

  it('says what is wrong with it', () => {
    const wrong = JSON.stringify({ ...event, quantity: 'two' });
    expect(() => readOrderCreated(wrong)).toThrow(/Not an order\.created event: .*\n.*quantity/);
  });
});
