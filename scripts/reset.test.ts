import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runToEnd } from '../tests/support/run.ts';
import { claimDataDir, keepDataDir, lockDataDir } from '../tooling/data-dir.ts';
import { assembliesOf, localStackDirOf, logFileOf } from '../tooling/paths.ts';

/** A data folder as the local run and LocalStack use it. */
function newDataDir(): string {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'reset-')), 'data');
  claimDataDir(dataDir);
  claimDataDir(localStackDirOf(dataDir));
  return dataDir;
}

function linkTo(folder: string): string {
  const link = `${folder}-link`;
  symlinkSync(folder, link);
  return link;
}

const reset = (dataDir: string, env = process.env) => runToEnd(['--data-dir', dataDir], env, 'scripts/reset.ts');

describe('npm run reset', () => {
  it('removes a data folder that nobody uses', async () => {
    const dataDir = newDataDir();
    expect(await reset(dataDir)).toMatchObject({ code: 0, output: expect.stringContaining(`Removed ${dataDir}.`) });
    expect(existsSync(dataDir)).toBe(false);
  });

  it('keeps the synthesized templates, and the mark of the folder that holds them', async () => {
    const dataDir = newDataDir();
    mkdirSync(join(assembliesOf(dataDir), 'assembly'), { recursive: true });
    writeFileSync(join(dataDir, 'orders'), '');
    expect(await reset(dataDir)).toMatchObject({ code: 0, output: expect.stringContaining(' but assemblies.') });
    expect(readdirSync(dataDir).sort()).toEqual(['assemblies', 'orderflow-data']);
    expect(readdirSync(assembliesOf(dataDir))).toEqual(['assembly']);
    expect((await reset(dataDir)).code).toBe(0);
  });

  it('removes the data that a symbolic link leads to, and leaves the place for the next run', async () => {
    const [dataDir, inner] = [newDataDir(), newDataDir()];
    const link = linkTo(dataDir);
    symlinkSync(inner, join(dataDir, 'elsewhere'));
    const { code, output } = await reset(link);
    expect([code, output]).toEqual([
      0,
      expect.stringContaining(`Removed everything in ${dataDir}, which ${link} leads to.`),
    ]);
    expect([readdirSync(dataDir), readdirSync(inner)]).toEqual([[], []]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    claimDataDir(link);
    expect((await reset(link)).code).toBe(0);
  });

  it.each([
    ['the home folder', (home: string) => home],
    ['a folder around the home folder', dirname],
    ['a link to the home folder', (home: string) => linkTo(home)],
  ])('refuses %s, although it has the mark of a data folder', async (_, folderOf) => {
    const around = newDataDir();
    const home = join(around, 'home');
    mkdirSync(home);
    claimDataDir(home);
    writeFileSync(join(home, 'precious'), '');
    const { code, output } = await reset(folderOf(home), { ...process.env, HOME: home });
    expect([code, output]).toEqual([1, expect.stringContaining('because it is or contains the home folder.')]);
    expect(existsSync(join(home, 'precious'))).toBe(true);
  });

  it.each([
    ['the local run', (dataDir: string) => dataDir],
    ['a run on LocalStack', localStackDirOf],
  ])('refuses while %s is up, and leaves its log alone', async (_, dirOf) => {
    const dataDir = newDataDir();
    onTestFinished(await lockDataDir(dirOf(dataDir)));
    const runLog = logFileOf(dataDir);
    writeFileSync(runLog, 'of the run');
    const { code, output } = await reset(dataDir);
    expect([code, output]).toEqual([1, expect.stringContaining('Stop it first: its data cannot be removed under it.')]);
    expect(output).not.toContain('--data-dir');
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
