import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'one at a time ')), 'localstack');

describe('commands that change what is deployed', () => {
  it('go one at a time', async () => {
    const dataDir = newFolder();
    const first = Promise.withResolvers<string>();
    const done = oneAtATime(dataDir, () => first.promise);
    await expect(oneAtATime(dataDir, async () => 'second')).rejects.toThrow(
      'Another command of `npm run localstack` is at work here. Wait until it is done.',
    );
    first.resolve('first');
    expect(await done).toBe('first');
    expect(await oneAtATime(dataDir, async () => 'third')).toBe('third');
  });

  it('make room for the next when they fail', async () => {
    const dataDir = newFolder();
    const failing = oneAtATime(dataDir, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await oneAtATime(dataDir, async () => 'next')).toBe('next');
  });
});
