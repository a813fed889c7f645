import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claimDataDir } from '../../tooling/data-dir.ts';
import { memoryLog } from '../../tooling/log-fixture.ts';
import { type SaveListener, SourceWatcher } from './source-watcher.ts';

const PATIENCE = { timeout: 30_000 };

async function watchedFolder(listener: SaveListener) {
  const folder = mkdtempSync(join(tmpdir(), 'sources-'));
  const save = (file: string) => {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  };
  for (const made of ['node_modules/package/index.js', 'cdk.out/tree.json', '.cache/file']) save(made);
  claimDataDir(join(folder, 'data'));
  const log = memoryLog();
  const watcher = new SourceWatcher({ folder, log });
  watcher.listen(listener);
  await watcher.start();
  onTestFinished(async () => {
    await watcher.stop();
    rmSync(folder, { recursive: true });
  });
  return { save, log };
}

describe('what is saved', () => {
  it('is told by its path in the app, also in a folder that is new', PATIENCE, async () => {
    const told: string[] = [];
    const { save } = await watchedFolder(async (files) => void told.push(...files));
    save('new/folder/source.ts');
    await expect.poll(() => told, PATIENCE).toContain('new/folder/source.ts');
  });

  it('in packages, output, data folders and hidden ones is told to nobody', PATIENCE, async () => {
    const told: string[] = [];
    const { save } = await watchedFolder(async (files) => void told.push(...files));
    for (const made of ['node_modules/package/index.js', 'cdk.out/tree.json', '.cache/file', 'data/run.log', '.draft'])
      save(made);
    save('source.ts');
    await expect.poll(() => told, PATIENCE).toEqual(['source.ts']);
  });

  it('while a listener is at work is told at once when it is done, whatever becomes of that', PATIENCE, async () => {
    const bursts: (readonly string[])[] = [];
    const work = Promise.withResolvers<void>();
    const { save, log } = await watchedFolder(async (files) => {
      bursts.push(files);
      if (bursts.length === 1) await work.promise;
    });
    save('first.ts');
    await expect.poll(() => bursts, PATIENCE).toEqual([['first.ts']]);
    for (let index = 0; index < 200; index += 1) save(`more/${index}.ts`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    work.reject(new Error('no room'));
    await expect.poll(() => bursts.slice(1).flat().length, PATIENCE).toBeGreaterThanOrEqual(200);
    expect(bursts.length).toBeLessThanOrEqual(3);
    expect(log.lines.join('\n')).toContain('no room');
  });
});
