import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from './log-fixture.ts';
import { endOrphans } from './orphans.ts';
import { runDirOf } from './paths.ts';
import { readPidFiles, writeLaunchFile, writePidFile } from './pid-files.ts';
import { processIdentity } from './processes.ts';

const newDataDir = () => mkdtempSync(join(tmpdir(), 'orphans-'));

const SCRIPT = "setInterval(() => {}, 1000); console.log('up')";

/** A process as a killed run leaves it: alive, and nobody's child to care for. */
async function startOrphan(...args: string[]): Promise<number> {
  const child = spawn(process.execPath, ['-e', SCRIPT, ...args], { detached: true });
  const pid = child.pid as number;
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return pid;
}

describe('recovering from a killed run', () => {
  it('ends the processes that it left behind and forgets them', async () => {
    const dataDir = newDataDir();
    const pids = await Promise.all([startOrphan(), startOrphan()]);
    pids.forEach((pid, index) => {
      writePidFile(runDirOf(dataDir), `server${index}`, pid, 'SIGTERM');
    });
    await endOrphans(dataDir, silentLog);
    expect(pids.map(processIdentity)).toEqual([undefined, undefined]);
    expect(readPidFiles(runDirOf(dataDir))).toEqual([]);
  });

  it('ends a process that was started by a run which was killed before it could record the id', async () => {
    const [dataDir, other] = [newDataDir(), newDataDir()];
    const [pid, ofOther] = await Promise.all([startOrphan(dataDir), startOrphan(other)]);
    const command = ['setpriv', process.execPath, '-e', SCRIPT, dataDir].join(' ');
    writeLaunchFile(runDirOf(dataDir), { name: 'server', command, stopSignal: 'SIGTERM' });
    await endOrphans(dataDir, silentLog);
    expect([pid, ofOther].map((each) => processIdentity(each) === undefined)).toEqual([true, false]);
    expect(readdirSync(runDirOf(dataDir))).toEqual([]);
  });

  it('does not touch a process that has the id of an earlier one', async () => {
    const dataDir = newDataDir();
    const pid = await startOrphan();
    writePidFile(runDirOf(dataDir), 'server', pid, 'SIGTERM');
    const [record] = readPidFiles(runDirOf(dataDir));
    const older = { ...record, identity: 'a boot ago:1' };
    writeFileSync(join(runDirOf(dataDir), 'server.process.json'), JSON.stringify(older));
    await endOrphans(dataDir, silentLog);
    expect(processIdentity(pid)).toBeDefined();
    expect(readPidFiles(runDirOf(dataDir))).toEqual([]);
  });

  it('passes over records that were cut off, and removes them', async () => {
    const dataDir = newDataDir();
    await endOrphans(dataDir, silentLog);
    const runDir = runDirOf(dataDir);
    mkdirSync(runDir);
    writeFileSync(join(runDir, 'server.process.json'), '{"pid":');
    expect(readPidFiles(runDir)).toEqual([]);
    await endOrphans(dataDir, silentLog);
    expect(readdirSync(runDir)).toEqual([]);
  });
});
