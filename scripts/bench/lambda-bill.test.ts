import { describe, expect, it } from 'vitest';
import { durationOnAws, invocationDollars, reportedDollars } from './lambda-bill.ts';

describe('an invocation on AWS', () => {
  it('computes as long as its share of a processor makes it, and waits as long as ever', () => {
    expect(durationOnAws({ cpuMs: 512, memoryMb: 512, waitMs: 0 })).toBeCloseTo(1_769, 6);
    expect(durationOnAws({ cpuMs: 10, memoryMb: 1_769, waitMs: 22 })).toBe(32);
  });

  it('of one thread gains nothing from a second processor', () => {
    expect(durationOnAws({ cpuMs: 10, memoryMb: 3_538, waitMs: 0 })).toBe(10);
  });

  it('costs its request and its memory for its time', () => {
    expect(invocationDollars(1e6, 0, 512)).toBeCloseTo(0.2, 9);
    expect(invocationDollars(0, 2_000_000, 512)).toBeCloseTo(0.0133334, 9);
  });

  it('is billed by whole milliseconds, its init phase too', () => {
    const report = { source: 'create-order', durationMs: 1.2, initDurationMs: 98.5, memorySizeMB: 1_024 };
    expect(reportedDollars([report])).toBeCloseTo(0.2e-6 + 0.1 * 0.0000133334, 12);
  });
});
