import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

const bucketOf = (perSecond: number, burst: number) => {
  let now = 0;
  const bucket = new TokenBucket({ perSecond, burst }, () => now);
  return {
    pass: (ms: number) => {
      now += ms;
    },
    /** How many of some requests at once get a token. */
    admitted: (requests: number) => Array.from({ length: requests }, () => bucket.take()).filter(Boolean).length,
  };
};

describe('a token bucket', () => {
  it('lets a burst pass at once, and then what its rate gives back', () => {
    const { pass, admitted } = bucketOf(10, 50);
    expect(admitted(60)).toBe(50);
    pass(1000);
    expect(admitted(60)).toBe(10);
    pass(99);
    expect(admitted(60)).toBe(0);
    pass(1);
    expect(admitted(60)).toBe(1);
  });

  it('never holds more than its burst', () => {
    const { pass, admitted } = bucketOf(10, 5);
    pass(3_600_000);
    expect(admitted(100)).toBe(5);
  });

  it('lets nothing pass at a rate of 0, whatever its burst', () => {
    const { pass, admitted } = bucketOf(0, 50);
    pass(1000);
    expect(admitted(10)).toBe(0);
  });
});
