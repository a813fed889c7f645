import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claimDataDir, DataDirInUseError, isDataDir, keepDataDir, lockDataDir, reasonToKeep } from './data-dir.ts';
import { UserError } from './errors.ts';
import { REPOSITORY, runDirOf } from './paths.ts';
import { processIdentity } from './processes.ts';

const newDataDir = () => join(mkdtempSync(join(tmpdir(), 'lock-')), 'data');

describe('the lock of a data folder', () => {
  it('is held by one runner at a time', async () => {
    const dataDir = newDataDir();
    const unlock = await lockDataDir(dataDir);
    await expect(lockDataDir(dataDir)).rejects.toThrow(
      new DataDirInUseError(
        `A run (process ${process.pid}) uses the data folder ${dataDir}. Stop it first, or give this run its own folder with --data-dir or ORDERFLOW_DATA_DIR.`,
      ),
    );
    await unlock();
    await (await lockDataDir(dataDir))();
    expect(readdirSync(runDirOf(dataDir))).toEqual([]);
  });

  it('is taken over from a process that is gone', async () => {
    const dataDir = newDataDir();
    await (await lockDataDir(dataDir))();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(runDirOf(dataDir), 'runner.lock'), `${pid} some boot:1`);
    await (await lockDataDir(dataDir))();
    expect(readdirSync(runDirOf(dataDir))).toEqual([]);
  });

  it('is taken over when another program has the process id by now', async () => {
    const dataDir = newDataDir();
    await (await lockDataDir(dataDir))();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    onTestFinished(() => {
      other.kill();
    });
    writeFileSync(join(runDirOf(dataDir), 'runner.lock'), `${other.pid} ${processIdentity(other.pid as number)}0`);
    await (await lockDataDir(dataDir))();
  });

  it('is refused for a folder with other things in it, which stays as it is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lock-'));
    writeFileSync(join(folder, 'precious'), '');
    await expect(lockDataDir(folder)).rejects.toThrow(/contains something other than the data of a run.*--data-dir/);
    expect(readdirSync(folder)).toEqual(['precious']);
    expect(isDataDir(folder)).toBe(false);
  });

  it.each([['/'], [join(REPOSITORY, '..')], [homedir()]])('is refused for %s, whatever it holds', async (folder) => {
    await expect(lockDataDir(folder)).rejects.toThrow(
      /is or contains (the home folder|this project)\. Name another one/,
    );
    expect(isDataDir(folder)).toBe(false);
  });

  it('is had for a folder that was claimed before something was put there', async () => {
    const dataDir = newDataDir();
    claimDataDir(dataDir);
    writeFileSync(join(dataDir, 'templates'), '');
    await (await lockDataDir(dataDir))();
    expect(isDataDir(dataDir)).toBe(true);
  });

  it("makes the folder its owner's alone, one of a former run too", async () => {
    const dataDir = newDataDir();
    await (await lockDataDir(dataDir))();
    chmodSync(dataDir, 0o755);
    await (await lockDataDir(dataDir))();
    // Root's can be passed through by the user of Postgres.
    expect(statSync(dataDir).mode & 0o777).toBe(process.getuid?.() === 0 ? 0o711 : 0o700);
  });

  it('is joined by a reason to keep the folder, where no process holds the lock', () => {
    const dataDir = newDataDir();
    expect(reasonToKeep(dataDir)).toBeUndefined();
    keepDataDir(dataDir, 'Something runs on.');
    expect(reasonToKeep(dataDir)).toBe('Something runs on.');
    expect(isDataDir(dataDir)).toBe(true);
  });

  it('fails with the remedy when the folder cannot be written', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'lock-')), 'file');
    writeFileSync(file, '');
    await expect(lockDataDir(join(file, 'data'))).rejects.toThrow(
      new UserError(
        `The data folder ${join(file, 'data')} cannot be written (ENOTDIR). Make it writable, or name another one with --data-dir or ORDERFLOW_DATA_DIR.`,
      ),
    );
  });
});
