import { expect, it } from 'vitest';
import { timingText } from './timing-text.ts';

it('a table has when each part began and how long it took, without those that took no time', () => {
  const parts = [
    { name: 'ports', fromMs: 1_000, tookMs: 10 },
    { name: 'all resources', fromMs: 1_200, tookMs: 8_500 },
    { name: 'cluster', fromMs: 1_250, tookMs: 7_521 },
  ];
  expect(timingText(parts, 1_000).split('\n').slice(2)).toEqual([
    '  from      took',
    '    0.20 s    8.50 s  all resources',
    '    0.25 s    7.52 s  cluster',
  ]);
});
