import { expect, it } from 'vitest';
import { outside, percentile } from './report.ts';

it('a percentile is the value that so large a share does not exceed', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([50, 99, 100]);
});

it('a percentile is the only value there is, and 0 without any', () => {
  expect([percentile([7], 0.01), percentile([7], 0.99), percentile([], 0.5)]).toEqual([7, 7, 0]);
});

it('requests that were under way in an outage are told from the others', () => {
  const attempts = [0, 950, 1_500, 1_950, 3_000].map((startedAt) => ({ startedAt, milliseconds: 100, status: 503 }));
  const starts = outside([{ from: 1_000, to: 2_000 }], attempts).map(({ startedAt }) => startedAt);
  expect(starts).toEqual([0, 3_000]);
});
