import { describe, expect, it } from 'vitest';
import { anOrder } from '../testing/orders.ts';
import { orderTotal, receiptKey } from './order.ts';
import { receiptText } from './receipt.ts';

const SHARD = { id: 1, from: 'A', to: 'M' };
const LARGEST = anOrder({ quantity: 1_000_000, price: 99_999_999_99n });

describe('an order', () => {
  it('costs quantity times price, beyond what a double can hold', () => {
    expect(orderTotal(LARGEST)).toBe(9_999_999_999_000_000n);
  });

  it('has its receipt under its user and id', () => {
    expect(receiptKey(anOrder())).toBe('receipts/alice/019d0f2e-7b5c-7000-8000-000000000001.txt');
  });

  it('has a receipt that states every fact', () => {
    expect(receiptText(anOrder(), SHARD)).toBe(
      [
        'OrderFlow receipt',
        '',
        'Order ID:   019d0f2e-7b5c-7000-8000-000000000001',
        'User:       alice',
        'Shard:      shard1 (A-M)',
        'Product:    Mechanical Keyboard',
        'Quantity:   2',
        'Unit price: $149.99',
        'Total:      $299.98',
        'Status:     created',
        'Created at: 2026-11-22T09:30:00.123Z',
        '',
      ].join('\n'),
    );
  });

  it('has a receipt with one fact per line, whatever the product of a stored order is called', () => {
    const [plain, odd] = ['Desk', 'Desk\u2028Total:      $0.01\u2029\u0085\n\u202e'].map((productName) =>
      receiptText(anOrder({ productName }), SHARD).split(/[\n\r\v\f\u0085\u2028\u2029]/),
    );
    expect(odd).toHaveLength(plain?.length ?? 0);
    expect(odd).toContain('Product:    Desk Total:      $0.01 ');
  });
});
