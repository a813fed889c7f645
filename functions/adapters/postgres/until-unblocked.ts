import { setTimeout as delay } from 'node:timers/promises';
import { isBlocked } from './failures.ts';

export interface RetryPolicy {
  readonly attempts: number;
  readonly pauseMs: number;
}

/**
 * Repeats what gives up soon when other sessions hold what it has to lock: those that queue behind it pass in between.
 *
 * @param explained what is thrown after all attempts. @throws what `work` throws otherwise
 */
export async function untilUnblocked<Result>(
  { attempts, pauseMs }: RetryPolicy,
  work: () => Promise<Result>,
  explained: (attempts: number, cause: unknown) => Error | Promise<Error>,
): Promise<Result> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (!isBlocked(error)) throw error;
      if (tried >= attempts) throw await explained(tried, error);
      await delay(pauseMs);
    }
  }
}
