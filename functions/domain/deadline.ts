import { DeadlineExceededError } from './errors.ts';

/** The work is not cancelled and must be safe to finish late. @throws DeadlineExceededError, or what the work throws */
export async function withDeadline<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeadlineExceededError(what, milliseconds)), milliseconds);
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
