/**
 * Exponential backoff with jitter: half of the delay is fixed, half random.
 *
 * @param failures how often in a row the thing has failed, from 1
 * @returns milliseconds, at most 10,000
 */
export function backoffMs(failures: number): number {
  const full = Math.min(10_000, 100 * 2 ** Math.min(failures, 10));
  return full / 2 + (Math.random() * full) / 2;
}
