import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withCommandLock } from './command-lock.ts';

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'one at a time ')), 'localstack');

describe('commands that change what is deployed', () => {
  it('go one at a time', async () => {
    const dataDir = newFolder();
    const first = Promise.withResolvers<string>();
    const done = withCommandLock(dataDir, () => first.promise);
    await expect(withCommandLock(dataDir, async () => 'second')).rejects.toThrow(
      'Another `npm run localstack` command is at work. Wait until it is done.',
    );
    first.resolve('first');
    expect(await done).toBe('first');
    expect(await withCommandLock(dataDir, async () => 'third')).toBe('third');
  });

  it('make room for the next when they fail', async () => {
    const dataDir = newFolder();
    const failing = withCommandLock(dataDir, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await withCommandLock(dataDir, async () => 'next')).toBe('next');
  });
});
