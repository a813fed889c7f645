import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a promise, at most the given milliseconds; whether it settled in time. A rejection is passed on. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const limit = new AbortController();
  try {
    return await Promise.race([promise.then(() => true), delay(ms, false, { signal: limit.signal })]);
  } finally {
    limit.abort();
  }
}
