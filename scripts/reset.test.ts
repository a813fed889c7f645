import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runToEnd } from '../tests/support/run.ts';
import { claimDataDir, keepDataDir, lockDataDir } from '../tooling/data-dir.ts';
import { localStackDirOf, logFileOf } from '../tooling/paths.ts';

/** A data folder as the local run and LocalStack use it. */
function newDataDir(): string {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'reset-')), 'data');
  claimDataDir(dataDir);
  claimDataDir(localStackDirOf(dataDir));
  return dataDir;
}

const reset = (dataDir: string) => runToEnd(['--data-dir', dataDir], process.env, 'scripts/reset.ts');

describe('npm run reset', () => {
  it('removes a data folder that nobody uses', async () => {
    const dataDir = newDataDir();
    expect(await reset(dataDir)).toMatchObject({ code: 0, output: expect.stringContaining(`Removed ${dataDir}.`) });
    expect(existsSync(dataDir)).toBe(false);
  });

  it.each([
    ['the local run', (dataDir: string) => dataDir],
    ['a run on LocalStack', localStackDirOf],
  ])('refuses while %s is up, and leaves its log alone', async (_, dirOf) => {
    const dataDir = newDataDir();
    onTestFinished(await lockDataDir(dirOf(dataDir)));
    const runLog = logFileOf(dataDir);
    writeFileSync(runLog, 'of the run');
    expect(await reset(dataDir)).toMatchObject({ code: 1 });
    expect(readFileSync(runLog, 'utf8')).toBe('of the run');
    expect(existsSync(`${runLog}.1`)).toBe(false);
  });

  it('refuses while containers are up, which could not be ended without what it removes', async () => {
    const dataDir = newDataDir();
    keepDataDir(localStackDirOf(dataDir), 'First `npm run localstack -- destroy`.');
    const { code, output } = await reset(dataDir);
    expect(code).toBe(1);
    expect(output).toContain('npm run localstack -- destroy');
    expect(existsSync(dataDir)).toBe(true);
  });
});
