import { expect, it } from 'vitest';
import { countUnanswered, percentile } from './report.ts';

it('a percentile is the value that so large a share does not exceed', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([50, 99, 100]);
});

it('a percentile is the only value there is, and 0 without any', () => {
  expect([percentile([7], 0.01), percentile([7], 0.99), percentile([], 0.5)]).toEqual([7, 7, 0]);
});

it('a request without a response counts, unless it was under way in an outage', () => {
  const attempt = (startedAt: number, status: number | undefined) => ({ startedAt, milliseconds: 100, status });
  const attempts = [attempt(0, undefined), attempt(950, undefined), attempt(1_500, undefined), attempt(3_000, 503)];
  expect(countUnanswered(attempts, [{ from: 1_000, to: 2_000 }])).toBe(1);
  expect(countUnanswered(attempts, [])).toBe(3);
});
