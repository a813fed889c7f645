import { AsyncLocalStorage } from 'node:async_hooks';
import type * as timers from 'node:timers/promises';

const clocks = new AsyncLocalStorage<{ aheadMs: number }>();
const now = performance.now.bind(performance);

/** By the clock of whoever asks. */
performance.now = () => now() + (clocks.getStore()?.aheadMs ?? 0);

/** Runs work with a clock of its own, which its pauses put forward: they take no time, since nobody else goes on meanwhile. */
export function withOwnClock<T>(work: () => Promise<T>): Promise<T> {
  return clocks.run({ aheadMs: 0 }, work);
}

/** For `vi.mock`. @returns the module, with a `setTimeout` that puts the clock forward of work that has its own */
export function withDelaysByOwnClock(module: typeof timers): typeof timers {
  const setTimeout: typeof module.setTimeout = async (ms = 1, value, options) => {
    const clock = clocks.getStore();
    if (clock === undefined) return module.setTimeout(ms, value, options);
    clock.aheadMs += ms;
    return value as never;
  };
  return { ...module, setTimeout };
}
