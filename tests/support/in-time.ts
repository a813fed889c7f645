import { setTimeout as delay } from 'node:timers/promises';

/**
 * Settles as `work` does, unless a timer of this process ends first. A busy machine delays the timers of one event loop
 * alike, so the outcome says more about the limits under test than a measured time.
 *
 * @throws Error when the timer is first
 */
export async function inTime<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const late = delay(milliseconds, undefined, { signal: settled.signal }).then(() => {
    throw new Error(`not within ${milliseconds} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    settled.abort();
  }
}
