import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { together } from './together.ts';

const never = (signal: AbortSignal) => delay(60_000, undefined, { signal });

it('waits for all works', async () => {
  const done: string[] = [];
  await together(
    new AbortController().signal,
    async () => void done.push('one'),
    () => delay(1).then(() => done.push('two')),
  );
  expect(done).toEqual(['one', 'two']);
});

it('ends the others when one fails, and tells of that one', async () => {
  const failing = together(new AbortController().signal, never, () => Promise.reject(new Error('no Kafka')), never);
  await expect(failing).rejects.toThrow('no Kafka');
});

it('is ended from outside', async () => {
  await expect(together(AbortSignal.timeout(5), never, never)).rejects.toMatchObject({ name: 'AbortError' });
});
