import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freezeProcesses, wakeAbandoned } from './frozen-processes.ts';
import { silentLog } from './log-fixture.ts';
import { endOrphans } from './orphans.ts';
import { runDirOf } from './paths.ts';
import { writePidFile } from './pid-files.ts';
import { processIdentity } from './processes.ts';

const newDataDir = () => mkdtempSync(join(tmpdir(), 'frozen-'));

function startServer(): number {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.pid as number;
}

const isFrozen = (pid: number) =>
  spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.startsWith('T');

/** Freezes a process in another one, which is killed thereupon. */
async function freezeAndDie(runDir: string, pid: number): Promise<void> {
  const source = `import { freezeProcesses } from ${JSON.stringify(join(import.meta.dirname, 'frozen-processes.ts'))};
    freezeProcesses(${JSON.stringify(runDir)}, [${pid}]);
    process.kill(process.pid, 'SIGKILL');`;
  await once(spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'inherit' }), 'exit');
}

it('are frozen until they are let go', async () => {
  const [runDir, pid] = [newDataDir(), startServer()];
  const release = freezeProcesses(runDir, [pid]);
  await expect.poll(() => isFrozen(pid)).toBe(true);
  wakeAbandoned(runDir);
  expect(isFrozen(pid)).toBe(true);
  release();
  await expect.poll(() => isFrozen(pid)).toBe(false);
  expect(readdirSync(runDir)).toEqual([]);
});

it('are woken by whoever finds that their holder was killed', async () => {
  const [runDir, pid] = [newDataDir(), startServer()];
  await freezeAndDie(runDir, pid);
  expect(isFrozen(pid)).toBe(true);
  wakeAbandoned(runDir);
  await expect.poll(() => isFrozen(pid)).toBe(false);
  expect(readdirSync(runDir)).toEqual([]);
});

it('are not mistaken for later processes with the same ids', async () => {
  const [runDir, pid] = [newDataDir(), startServer()];
  await freezeAndDie(runDir, pid);
  const file = join(runDir, readdirSync(runDir)[0] ?? '');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(processIdentity(pid) as string, 'a boot ago:1'));
  wakeAbandoned(runDir);
  expect([isFrozen(pid), readdirSync(runDir)]).toEqual([true, []]);
});

it('end in an orderly way when an earlier run has left them behind', async () => {
  const dataDir = newDataDir();
  const child = spawn(process.execPath, [
    '-e',
    `process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000); console.log('up')`,
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const ended = once(child, 'exit');
  const pid = child.pid as number;
  writePidFile(runDirOf(dataDir), 'server', pid, 'SIGTERM');
  await freezeAndDie(runDirOf(dataDir), pid);
  await endOrphans(dataDir, silentLog);
  expect([await ended, readdirSync(runDirOf(dataDir))]).toEqual([[7, null], []]);
});
