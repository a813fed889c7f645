import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectTimes, timed } from './timed.ts';

it('parts are collected in the order in which they began, those that fail included, until somebody asks', async () => {
  const done = await timed('before', async () => 1);
  const times = collectTimes();
  const outer = timed('outer', async () => {
    await timed('inner', () => delay(5));
    await timed('failing', async () => {
      throw new Error('no');
    });
  });
  await expect(outer).rejects.toThrow('no');
  const parts = times();
  await timed('after', async () => 2);
  expect(done).toBe(1);
  expect(parts.map(({ name }) => name)).toEqual(['outer', 'inner', 'failing']);
  const [whole, inner] = parts;
  expect(inner?.tookMs).toBeGreaterThan(4);
  expect(whole?.tookMs).toBeGreaterThanOrEqual(inner?.tookMs ?? Number.POSITIVE_INFINITY);
});
