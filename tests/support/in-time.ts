import { settlesWithin } from '../../tooling/timing.ts';

/**
 * Settles as `work` does, unless a timer of this process ends first. A busy machine delays the timers of one event loop
 * alike, so the outcome says more about the limits under test than a measured time.
 *
 * @throws Error when the timer is first
 */
export async function inTime<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  if (!(await settlesWithin(milliseconds, work))) throw new Error(`not within ${milliseconds} ms`);
  return work;
}
