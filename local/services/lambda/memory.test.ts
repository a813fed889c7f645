import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { startFunction } from './lambda-fixture.ts';

const MB = 1024 * 1024;

it('an environment keeps nothing of the events that it has handled, however many they are', async () => {
  const { service } = await startFunction(`export const handler = async () => 'x'.repeat(${MB});`);
  const before = heapUsed();
  for (let count = 0; count < 60; count += 1) await service.invoke('orders', JSON.stringify('y'.repeat(MB)));
  // Buffers are given back in another thread, some time after the collection.
  await expect.poll(() => heapUsed() - before).toBeLessThan(30 * MB);
});

/** What is left after a garbage collection, in bytes. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed: heap, external } = process.memoryUsage();
  return heap + external;
}
