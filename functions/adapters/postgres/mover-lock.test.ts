import { expect, it } from 'vitest';
import { ShardUnavailableError } from '../../domain/errors.ts';
import { PostgresMoverLock } from './mover-lock.ts';
import type { ShardDatabases } from './shard-databases.ts';

/** @param answers of the shard's database, one statement after the other */
function lockWith(...answers: (object[] | Error)[]): PostgresMoverLock {
  const query = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return new PostgresMoverLock({ query } as Partial<ShardDatabases> as ShardDatabases, [{ id: 1, from: 'A', to: 'Z' }]);
}

it('what was done counts although the shard that had the lock is away in the end', async () => {
  const lock = lockWith([{ locked: true }], new ShardUnavailableError('shard1'));
  expect(await lock.hold(async () => 'done')).toBe('done');
});

it('any other failure to give the lock back is one of the run', async () => {
  const lock = lockWith([{ locked: true }], new Error('no such function'));
  await expect(lock.hold(async () => 'done')).rejects.toThrow('no such function');
});
