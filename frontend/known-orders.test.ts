import { describe, expect, it } from 'vitest';
import type { Order } from './api.ts';
import { NO_ORDERS, withNewest, withOlder } from './known-orders.ts';

/** Order n was placed n seconds after the beginning. */
const order = (n: number, status: Order['status'] = 'created'): Order => ({
  id: String(n).padStart(4, '0'),
  user_id: 'alice',
  product_name: 'Desk',
  quantity: 1,
  price: 1,
  status,
  receipt_s3_key: '',
  created_at: new Date(n * 1_000).toISOString(),
  updated_at: new Date(n * 1_000).toISOString(),
});
const page = (numbers: number[], next?: string) => ({
  orders: numbers.map((n) => order(n)),
  count: numbers.length,
  ...(next === undefined ? {} : { next_cursor: next }),
});
const numbers = ({ orders }: { orders: readonly Order[] }) => orders.map(({ id }) => Number(id));

describe('the orders that a page knows', () => {
  const known = withOlder(withNewest(NO_ORDERS, page([9, 8, 7], 'after 7')), page([6, 5, 4], 'after 4'));

  it('are the newest page and the older ones behind it, each once', () => {
    expect(numbers(known)).toEqual([9, 8, 7, 6, 5, 4]);
    expect(known.next).toBe('after 4');
    expect(numbers(withOlder(known, page([5, 4, 3])))).toEqual([9, 8, 7, 6, 5, 4, 3]);
  });

  it('keep the older ones when new orders come in on top', () => {
    const next = withNewest(known, page([11, 10, 9], 'after 9'));
    expect(numbers(next)).toEqual([11, 10, 9, 8, 7, 6, 5, 4]);
    expect(next.next).toBe('after 4');
  });

  it('begin anew when something may be missing in between', () => {
    const next = withNewest(known, page([30, 29, 28], 'after 28'));
    expect([numbers(next), next.next]).toEqual([[30, 29, 28], 'after 28']);
  });

  it('take over what has changed, and lose what the list no longer has', () => {
    const confirmed = { orders: [order(9, 'confirmed'), order(7)], count: 2, next_cursor: 'after 7' };
    const next = withNewest(known, confirmed);
    expect(numbers(next)).toEqual([9, 7, 6, 5, 4]);
    expect(next.orders[0]?.status).toBe('confirmed');
  });

  it('are the page itself when there is no other', () => {
    expect(numbers(withNewest(known, page([9, 5])))).toEqual([9, 5]);
    expect(withNewest(known, page([]))).toEqual({ orders: [], next: undefined });
  });
});
