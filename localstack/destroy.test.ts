import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { lockDataDir } from '../tooling/data-dir.ts';
import { UserError } from '../tooling/errors.ts';
import { runDirOf } from '../tooling/paths.ts';
import { writePidFile } from '../tooling/pid-files.ts';
import { processIdentity } from '../tooling/processes.ts';
import { withCommandLock } from './command-lock.ts';
import { destroy } from './destroy.ts';
import { claimLocalStackDir, rememberRunning } from './running.ts';
import { runningFixture } from './running-fixture.ts';
import { readSettings } from './settings.ts';

let dataDir: string;
let said: string[];

beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'destroy ')), 'localstack');
  said = [];
});

const destroyIt = () => destroy(dataDir, readSettings({}, {}), (step) => said.push(step));

/** A process that does nothing until it is ended. */
async function idleProcess() {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1e6)'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  const pid = child.pid as number;
  return { child, pid, identity: processIdentity(pid) as string };
}

describe('destroy', () => {
  it('has nothing to do where nothing is', async () => {
    await destroyIt();
    expect(said).toEqual(['nothing to do: nothing is up, and there is no data']);
  });

  it('leaves alone a folder that no run made', async () => {
    mkdirSync(dataDir);
    await expect(destroyIt()).rejects.toThrow(UserError);
    expect(existsSync(dataDir)).toBe(true);
  });

  it('ends the run and removes its data', async () => {
    claimLocalStackDir(dataDir);
    const { child, pid, identity } = await idleProcess();
    await rememberRunning(dataDir, runningFixture({ runner: { pid, identity } }));
    const ended = once(child, 'exit');
    await destroyIt();
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(said).toEqual([`ending the run (process ${pid})`, `removed ${dataDir}`]);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('never signals a process that only has the id of a run that was killed', async () => {
    claimLocalStackDir(dataDir);
    const { child, pid } = await idleProcess();
    await rememberRunning(dataDir, runningFixture({ runner: { pid, identity: 'of the killed run' } }));
    await destroyIt();
    expect(said).toEqual([`removed ${dataDir}`]);
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });

  it('ends what a killed run left running', async () => {
    claimLocalStackDir(dataDir);
    const { child, pid } = await idleProcess();
    writePidFile(runDirOf(dataDir), 'shard1', pid, 'SIGTERM');
    const ended = once(child, 'exit');
    await destroyIt();
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('removes nothing under a run that is just starting', async () => {
    claimLocalStackDir(dataDir);
    const release = await lockDataDir(dataDir);
    await expect(destroyIt()).rejects.toThrow(`A run (process ${process.pid}) uses the data folder`);
    expect(existsSync(dataDir)).toBe(true);
    await release();
  });

  it('does nothing while another command is at work', async () => {
    claimLocalStackDir(dataDir);
    await withCommandLock(dataDir, async () => {
      await expect(destroyIt()).rejects.toThrow('Another `npm run localstack` command is at work.');
    });
    expect(existsSync(dataDir)).toBe(true);
  });
});
