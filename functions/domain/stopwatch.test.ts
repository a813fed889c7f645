import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Stopwatch, startStopwatch } from './stopwatch.ts';

const HOUR_MS = 3_600_000;

describe('a stopwatch', () => {
  let elapsed: Stopwatch;

  beforeEach(() => {
    vi.useFakeTimers();
    elapsed = startStopwatch();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('tells the time since its start', () => {
    vi.advanceTimersByTime(1_500);
    expect(elapsed()).toBe(1_500);
  });

  it('goes on when the clock of the machine is set back', () => {
    vi.setSystemTime(Date.now() - HOUR_MS);
    vi.advanceTimersByTime(1_500);
    expect(elapsed()).toBe(1_500);
  });

  it('counts the time for which the environment was frozen, in which only the clock of the machine goes on', () => {
    vi.advanceTimersByTime(1_500);
    vi.setSystemTime(Date.now() + HOUR_MS);
    expect(elapsed()).toBe(1_500 + HOUR_MS);
  });
});
