import { DeadlineExceededError } from './errors.ts';

/**
 * Waits for `work`, but no longer than `milliseconds`. The work itself is not cancelled: it must be safe to finish late.
 *
 * @param what names the work in the error
 * @throws DeadlineExceededError when the time is over; otherwise what `work` throws
 */
export async function within<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeadlineExceededError(what, milliseconds)), milliseconds);
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
