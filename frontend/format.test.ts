import { describe, expect, it } from 'vitest';
import { formatTime, formatTotal, totalCents } from './format.ts';

describe('totals', () => {
  it('are exact where floating point is not', () => {
    expect(totalCents(3, 1.15)).toBe(345n);
    expect(totalCents(1_000_000, 99_999_999.99)).toBe(9_999_999_999_000_000n);
  });

  it('show every cent of the largest order', () => {
    expect(formatTotal(1_000_000, 99_999_999.99).replace(/\D/g, '')).toBe('9999999999000000');
  });
});

describe('times', () => {
  it('come with their UTC form', () => {
    expect(formatTime('2026-01-31T23:59:58.123+02:00').utc).toBe('2026-01-31 21:59:58 UTC');
  });
});
