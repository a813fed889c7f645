import { expect, it } from 'vitest';
import { ResultCache } from './result-cache.ts';

it('a value is kept for its time and not longer', () => {
  let now = 0;
  const cache = new ResultCache<string>({ ttlMs: 1000, maxEntries: 10, now: () => now });
  cache.set('a', 'first');
  now = 999;
  expect(cache.get('a')).toBe('first');
  now = 1000;
  expect(cache.get('a')).toBeUndefined();
});

it('a cache never holds more than it may: what was set first goes', () => {
  const cache = new ResultCache<number>({ ttlMs: 1000, maxEntries: 2 });
  for (const key of ['a', 'b', 'a', 'c']) cache.set(key, 1);
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 1]);
});

it('nothing is kept for a time of 0', () => {
  const cache = new ResultCache<number>({ ttlMs: 0, maxEntries: 2 });
  cache.set('a', 1);
  expect(cache.get('a')).toBeUndefined();
});
