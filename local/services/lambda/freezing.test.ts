import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startFunction } from './lambda-fixture.ts';

/** Of https://docs.kernel.org/filesystems/proc.html, table 1-4: `T` is stopped. */
function stateOf(pid: number): string | undefined {
  return / ([A-Z]) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, ''))?.[1];
}

const CLOCK = `
  import { spawn } from 'node:child_process';
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  let ticks = 0;
  setInterval(() => { ticks += 1; }, 1);
  process.on('SIGTERM', () => { console.log('last words'); process.exit(0); });
  export const handler = async (ms) => {
    const before = ticks;
    await new Promise((resolve) => setTimeout(resolve, ms));
    setTimeout(() => console.log('a log after the response'), 1);
    return { before, after: ticks, pids: [process.pid, child.pid] };
  };`;

describe.runIf(process.platform === 'linux')('between events', () => {
  it('all processes of an environment are frozen, and go on with the next event where they were', async () => {
    const { invoke, log } = await startFunction(CLOCK);
    const first = (await invoke(50)).value;
    await expect.poll(() => first.pids.map(stateOf)).toEqual(['T', 'T']);
    await new Promise((resolve) => setTimeout(resolve, 300));

    const second = (await invoke(50)).value;
    expect(second.pids).toEqual(first.pids);
    // Some ticks between the response and the next poll, and the one that was due.
    expect(second.before - first.after).toBeLessThan(200);
    expect(second.after).toBeGreaterThan(second.before);
    // Whatever it wrote, now or before it was frozen.
    await expect.poll(() => log.lines.filter((line) => line.includes('a log after the response'))).not.toEqual([]);
  });

  it('one is woken before it is ended', async () => {
    const { invoke, log, service } = await startFunction(CLOCK);
    const { pids } = (await invoke(1)).value;
    await expect.poll(() => stateOf(pids[0])).toBe('T');
    await service.stop();
    expect(log.lines.some((line) => line.includes('last words'))).toBe(true);
  });

  it('none is frozen without limits of processes, which is for measurements', async () => {
    const { invoke } = await startFunction(CLOCK, {}, { processLimits: false });
    const first = (await invoke(1)).value;
    await expect.poll(async () => (await invoke(1)).value.before - first.after).toBeGreaterThan(300);
  });
});
