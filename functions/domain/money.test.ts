import { describe, expect, it } from 'vitest';
import { centsFromNumber, formatMoney, parseMoney } from './money.ts';

describe('money', () => {
  it.each([
    ['149.99', 14_999n],
    ['100', 10_000n],
    ['0.5', 50n],
    ['0.01', 1n],
    ['149.990', 14_999n],
    ['1e2', 10_000n],
    ['1E+2', 10_000n],
    ['14999e-2', 14_999n],
    ['1.4999e2', 14_999n],
    ['0.0150e3', 1_500n],
    ['0e9', 0n],
    ['0.000', 0n],
    ['99999999990000.01', 9_999_999_999_000_001n],
  ])('reads %s exactly', (text, cents) => {
    expect(parseMoney(text)).toBe(cents);
  });

  it.each(['', '-1', '1.999', '1e-3', '1e', 'e2', '1e999', '.5', '1.', ' 1', 'NaN', '١', '0x1', `1${'0'.repeat(50)}`])(
    'does not read "%s"',
    (text) => {
      expect(parseMoney(text)).toBeUndefined();
    },
  );

  it.each([
    [149.99, 14_999n],
    [0.29, 29n],
    [1.1, 110n],
    [99_999_999.99, 9_999_999_999n],
    [0, 0n],
  ])('takes the number %d to the cent', (amount, cents) => {
    expect(centsFromNumber(amount)).toBe(cents);
  });

  it.each([1.999, 0.001, -1, Number.NaN, Number.POSITIVE_INFINITY])('does not take the number %d', (amount) => {
    expect(centsFromNumber(amount)).toBeUndefined();
  });

  it('writes two decimals, always', () => {
    expect([0n, 5n, 50n, 29_998n, 9_999_999_999_000_001n].map(formatMoney)).toEqual([
      '0.00',
      '0.05',
      '0.50',
      '299.98',
      '99999999990000.01',
    ]);
  });
});
