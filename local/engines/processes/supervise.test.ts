import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { memoryLog, silentLog } from '../../../tooling/log-fixture.ts';
import { readPidFiles } from '../../../tooling/pid-files.ts';
import { processIdentity } from '../../../tooling/processes.ts';
import { type Engine, type Supervision, supervise } from './supervise.ts';

const STAYS = "console.log('ready'); setInterval(() => {}, 1000);";
const isAlive = (pid: number) => processIdentity(pid) !== undefined;

/** Supervises a small server written in JavaScript. */
function start(script: string, more: Partial<Supervision> = {}) {
  const lines: string[] = [];
  const options: Supervision = {
    name: 'server',
    runDir: mkdtempSync(join(tmpdir(), 'supervise-')),
    prepare: async () => ({ command: process.execPath, args: ['-e', script], cwd: tmpdir(), env: {} }),
    isReady: (line) => line === 'ready',
    readyWithinMs: 60_000,
    onLine: (line) => lines.push(line),
    stopSignal: 'SIGTERM',
    stopWithinMs: 2_000,
    log: silentLog,
    ...more,
  };
  const server = supervise(options).then((running) => {
    onTestFinished(async () => {
      await running.stop();
    });
    return running;
  });
  return { server, lines, runDir: options.runDir };
}

/** Waits until the server runs again, as another process. */
async function nextPid(server: Engine, previous: number): Promise<number> {
  await expect.poll(() => server.pid ?? previous).not.toBe(previous);
  return server.pid as number;
}

describe('a supervised server', () => {
  it('is written down while it runs, in a process group of its own', async () => {
    const { server, runDir } = start(STAYS);
    const { pid } = await server;
    expect(readPidFiles(runDir)).toMatchObject([{ name: 'server', pid, stopSignal: 'SIGTERM' }]);
    expect(() => process.kill(-(pid as number), 0)).not.toThrow();
    await (await server).stop();
    expect(readPidFiles(runDir)).toEqual([]);
    expect(isAlive(pid as number)).toBe(false);
  });

  it('comes back when it ends unexpectedly, until it is stopped, and says so', async () => {
    const log = memoryLog();
    const running = await start(STAYS, { log }).server;
    const first = running.pid as number;
    process.kill(first, 'SIGKILL');
    const second = await nextPid(running, first);
    process.kill(second, 'SIGKILL');
    const last = await nextPid(running, second);
    await running.stop();
    expect(running.pid).toBeUndefined();
    expect(isAlive(last)).toBe(false);
    const down = 'warn test ended (signal SIGKILL); it is starting again';
    const back = expect.stringMatching(/^info test is back after \d+\.\d s$/);
    expect(log.lines).toEqual([down, back, down, back]);
  });

  it('that begins anew by itself says so as well', async () => {
    const log = memoryLog();
    const script = `console.log('ready'); setTimeout(() => { console.log('CRASH of a part'); console.log('ready'); }, 50); ${STAYS}`;
    const crashOf = (line: string) => /^CRASH (.*)/.exec(line)?.[1];
    await start(script, { log, crashOf }).server;
    await expect
      .poll(() => log.lines)
      .toEqual([
        'warn test of a part; it is starting again',
        expect.stringMatching(/^info test is back after 0\.\d s$/),
      ]);
  });

  it('tries again when the restart itself fails', async () => {
    let starts = 0;
    const log = memoryLog();
    const running = await start('', {
      log,
      prepare: async () => {
        starts += 1;
        const script = starts === 2 ? 'console.log("bad setting"); process.exit(1)' : STAYS;
        return { command: process.execPath, args: ['-e', script], cwd: tmpdir(), env: {} };
      },
    }).server;
    const first = running.pid as number;
    process.kill(first, 'SIGKILL');
    await nextPid(running, first);
    expect(starts).toBe(3);
    expect(log.lines).toEqual([
      'warn test ended (signal SIGKILL); it is starting again',
      'error test did not start again, next try soon: server: ended while starting (exit code 1)',
      'debug test server: ended while starting (exit code 1)\n  bad setting',
      expect.stringMatching(/^info test is back after \d+\.\d s$/),
    ]);
  });

  it('is stopped also while it is starting again', async () => {
    let starts = 0;
    const { server, runDir } = start('', {
      prepare: async () => {
        starts += 1;
        const script = starts === 1 ? STAYS : 'setInterval(() => {}, 1000)';
        return { command: process.execPath, args: ['-e', script], cwd: tmpdir(), env: {} };
      },
    });
    const running = await server;
    process.kill(running.pid as number, 'SIGKILL');
    await expect.poll(() => [starts, readPidFiles(runDir).length]).toEqual([2, 1]);
    await running.stop();
    expect(readPidFiles(runDir)).toEqual([]);
  });

  it('is ended by force, with its children, when it does not heed the signal', async () => {
    const stubborn = `
      process.on('SIGTERM', () => {});
      const { pid } = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      console.log(pid);
      ${STAYS}`;
    const onStopped = vi.fn();
    const { server, lines } = start(stubborn, { stopWithinMs: 100, onStopped });
    const running = await server;
    const child = Number(lines[0]);
    expect(isAlive(child)).toBe(true);
    await running.stop();
    expect(onStopped.mock.calls).toEqual([[{ code: null, signal: 'SIGKILL' }]]);
    await expect.poll(() => isAlive(child)).toBe(false);
  });

  it('fails with what it said when it ends while starting', async () => {
    const { server } = start("console.error('no such folder'); process.exit(3)");
    await expect(server).rejects.toThrow(/server: ended while starting \(exit code 3\)\s+no such folder/);
  });

  it('fails when it is not ready in time, and leaves nothing behind', async () => {
    const { server, runDir } = start('setInterval(() => {}, 1000)', { readyWithinMs: 300 });
    await expect(server).rejects.toThrow('server: not ready after 300 ms');
    expect(readPidFiles(runDir)).toEqual([]);
  });

  it('fails when there is no such program', async () => {
    const prepare = async () => ({ command: '/no/such/program', args: [], cwd: tmpdir(), env: {} });
    await expect(start('', { prepare }).server).rejects.toThrow('ENOENT');
  });
});
