import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a promise. @returns whether it settled within so many milliseconds; a rejection is passed on */
export async function settlesWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const limit = new AbortController();
  try {
    return await Promise.race([promise.then(() => true), delay(ms, false, { signal: limit.signal })]);
  } finally {
    limit.abort();
  }
}

/** Exponential backoff with jitter, at most 10 s. @param failures how many times in a row it has failed */
export function backoffMs(failures: number): number {
  const full = Math.min(10_000, 100 * 2 ** Math.min(failures, 10));
  return full / 2 + (Math.random() * full) / 2;
}
