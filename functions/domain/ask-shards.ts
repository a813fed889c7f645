import { ShardUnavailableError } from './errors.ts';
import type { Log } from './ports.ts';
import { type ShardRange, shardName } from './shard-map.ts';

export interface ShardAnswers<T> {
  /** Of the shards that responded, in their order. */
  readonly answers: readonly { readonly shard: ShardRange; readonly answer: T }[];
  /** Names of the shards that did not. */
  readonly unavailableShards: readonly string[];
}

/** Asks shards in parallel, and goes on without those that do not respond. @throws ShardUnavailableError when none does */
export async function askShards<T>(
  shards: readonly ShardRange[],
  ask: (shard: ShardRange) => Promise<T>,
  log: Log,
): Promise<ShardAnswers<T>> {
  const failures: ShardUnavailableError[] = [];
  const outcomes = await Promise.all(
    shards.map(async (shard) => {
      try {
        return [{ shard, answer: await ask(shard) }];
      } catch (error) {
        if (!(error instanceof ShardUnavailableError)) throw error;
        failures.push(error);
        return [];
      }
    }),
  );
  const [firstFailure] = failures;
  if (firstFailure !== undefined && failures.length === shards.length) throw firstFailure;
  for (const error of failures) log.warn('going on without a shard', { shard: error.shard, error });
  const silent = new Set(failures.map(({ shard }) => shard));
  return {
    answers: outcomes.flat(),
    unavailableShards: shards.map(shardName).filter((name) => silent.has(name)),
  };
}

/**
 * Asks shards between which users move, twice, one round after the other: who has left a shard before the first answer has
 * arrived at another before the second.
 *
 * @returns the answers of both rounds
 * @throws ShardUnavailableError as {@link askShards}
 */
export async function askShardsTwice<T>(
  shards: readonly ShardRange[],
  ask: (shard: ShardRange) => Promise<T>,
  log: Log,
): Promise<ShardAnswers<T>> {
  const first = await askShards(shards, ask, log);
  const second = await askShards(shards, ask, log);
  return {
    answers: [...first.answers, ...second.answers],
    unavailableShards: [...new Set([...first.unavailableShards, ...second.unavailableShards])],
  };
}

/** Of one user, whose orders may be in any of the shards. @throws ShardUnavailableError when one did not respond */
export function complete<T>(answers: ShardAnswers<T>): ShardAnswers<T> {
  const [missing] = answers.unavailableShards;
  if (missing !== undefined) throw new ShardUnavailableError(missing);
  return answers;
}
