import { expect, it } from 'vitest';
import { isAsWanted, medianOf } from './figures.ts';
import { type BenchResult, comparisonLines, partLines } from './report.ts';

it.each([
  [[3, 1, 2], 2, [1, 3]],
  [[4, 1, 3, 2], 2.5, [1, 4]],
  [[7], 7, [7, 7]],
])('the median of %j is %d, with the least and the greatest beside it', (values, value, spread) => {
  expect(medianOf(values)).toEqual({ value, spread });
});

it('there is no median without a value', () => {
  expect(() => medianOf([])).toThrow('no median');
});

it.each([
  [1, { atLeast: 1 }, true],
  [0.9, { atLeast: 1 }, false],
  [1, { atMost: 1 }, true],
  [1.1, { atMost: 1 }, false],
])('%d with %j wanted: %j', (value, wanted, expected) => {
  expect(isAsWanted({ what: 'ratio', of: 'all', value, wanted })).toBe(expected);
});

it('a part is shown as a row for each figure and a column for each case, with what is wanted and a mark where it is missed', () => {
  const lines = partLines('create', [
    { what: 'orders a second', of: '1 client', value: 71.234, spread: [70, 1_234.5], wanted: { atLeast: 80 } },
    { what: 'orders a second', of: '8 clients', value: 0.12345, wanted: { atMost: 1 } },
    { what: 'errors', of: '8 clients', value: 0 },
  ]);
  expect(lines).toEqual([
    'create',
    '                   1 client           8 clients',
    '  orders a second  71.2 (70-1,235) !  0.123      wanted: 1 client >= 80, 8 clients <= 1',
    '  errors                              0',
  ]);
});

it('a comparison has the figures that both runs have, with their ratio', () => {
  const result = (commit: string, value: number, what = 'p50, ms'): BenchResult => ({
    machine: { commit, node: '', system: '', processors: '', memoryGb: 0, load: 0 },
    seed: 1,
    startedAt: '',
    parts: { create: [{ what, of: '1 client', value }] },
  });
  expect(comparisonLines(result('aaa', 10), result('bbb', 5))).toEqual([
    'part    figure   of        aaa  bbb  ratio',
    'create  p50, ms  1 client  10   5    0.5',
  ]);
  expect(comparisonLines(result('aaa', 10), result('bbb', 5, 'p99, ms'))).toHaveLength(1);
});
