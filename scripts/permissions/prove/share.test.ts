import { expect, it } from 'vitest';
import { hasStatement, shareOfDay } from './share.ts';

const numbers = Array.from({ length: 40 }, (_, index) => index);

it('the shares together have each statement once', () => {
  const shares = [1, 2, 3].map((part) => numbers.filter((index) => hasStatement({ part, of: 3 }, index)));
  expect(shares[1]?.slice(0, 3)).toEqual([1, 4, 7]);
  expect(shares.flat().sort((one, other) => one - other)).toEqual(numbers);
});

it('all shares have their turn on successive days', () => {
  const days = [29, 30, 31, 32].map((day) => shareOfDay(3, new Date(Date.UTC(2026, 11, day))).part);
  expect(new Set(days.slice(0, 3))).toEqual(new Set([1, 2, 3]));
  expect(days[3]).toBe(days[0]);
});
