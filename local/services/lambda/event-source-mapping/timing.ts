import { setTimeout as delay } from 'node:timers/promises';

/** Whether a promise settles within so many milliseconds. A rejection is passed on. */
export async function settlesWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const limit = new AbortController();
  try {
    return await Promise.race([promise.then(() => true), delay(ms, false, { signal: limit.signal })]);
  } finally {
    limit.abort();
  }
}

/**
 * Exponential backoff with jitter: half of the delay is fixed, half random.
 *
 * @param failures how many times in a row it has failed, from 1
 * @returns milliseconds, at most 10,000
 */
export function backoffMs(failures: number): number {
  const full = Math.min(10_000, 100 * 2 ** Math.min(failures, 10));
  return full / 2 + (Math.random() * full) / 2;
}
