import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { runAll } from './run-all.ts';

const never = (signal: AbortSignal) => delay(60_000, undefined, { signal });

it('waits for all tasks', async () => {
  const done: string[] = [];
  await runAll(
    new AbortController().signal,
    async () => void done.push('one'),
    () => delay(1).then(() => done.push('two')),
  );
  expect(done).toEqual(['one', 'two']);
});

it('aborts the others when one fails, and throws its failure', async () => {
  const failing = runAll(new AbortController().signal, never, () => Promise.reject(new Error('no Kafka')), never);
  await expect(failing).rejects.toThrow('no Kafka');
});

it('is aborted from outside', async () => {
  await expect(runAll(AbortSignal.timeout(5), never, never)).rejects.toMatchObject({ name: 'AbortError' });
});
