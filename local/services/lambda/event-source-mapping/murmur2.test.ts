import { expect, it } from 'vitest';
import { hashOfKey } from './murmur2.ts';

// From UtilsTest.testMurmur2 of Apache Kafka, whose results are signed.
it.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('a key has the hash that Java clients give it: %s', (key, hash) => {
  expect(hashOfKey(Buffer.from(key))).toBe(hash & 0x7fffffff);
});

it('a key of any size has a hash at once', () => {
  expect(hashOfKey(Buffer.alloc(50_000_000, 'k'))).toBeGreaterThanOrEqual(0);
  expect(hashOfKey(Buffer.alloc(0))).toBeGreaterThanOrEqual(0);
});
