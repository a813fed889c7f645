import { setTimeout as delay } from 'node:timers/promises';
import { MoveBlockedError } from '../../domain/errors.ts';
import { type ShardRange, shardName } from '../../domain/shard-map.ts';
import { isBlocked } from './failures.ts';
import type { RetryPolicy } from './locks.ts';

/**
 * Repeats a step that gives up soon when other sessions hold what it has to lock: those that queue behind it pass in between.
 *
 * @throws MoveBlockedError after all attempts; what the step throws otherwise
 */
export async function untilUnblocked<Result>(
  shard: ShardRange,
  { attempts, pauseMs }: RetryPolicy,
  step: () => Promise<Result>,
): Promise<Result> {
  for (let tried = 1; ; tried++) {
    try {
      return await step();
    } catch (error) {
      if (!isBlocked(error)) throw error;
      if (tried >= attempts) throw new MoveBlockedError(shardName(shard), tried, { cause: error });
      await delay(pauseMs);
    }
  }
}
