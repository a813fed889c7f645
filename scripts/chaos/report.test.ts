import { expect, it } from 'vitest';
import { percentile } from './report.ts';

it('a percentile is the value that so large a share does not exceed', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([50, 99, 100]);
});

it('a percentile is the only value there is, and 0 without any', () => {
  expect([percentile([7], 0.01), percentile([7], 0.99), percentile([], 0.5)]).toEqual([7, 7, 0]);
});
