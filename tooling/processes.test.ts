import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { processMemory, processorTime, processVariables } from './processes.ts';

const NO_PROCESS = 2 ** 30;
const KEPT_BYTES = 64 * 2 ** 20;

// Other systems have no /proc.
it.runIf(process.platform === 'linux')(
  'the time that a process computes is counted as the process counts it itself',
  () => {
    const before = processorTime(process.pid)?.own ?? 0;
    const { user, system } = process.cpuUsage();
    while (process.cpuUsage().user < user + 300_000);
    const spent = (processorTime(process.pid)?.own ?? 0) - before;
    const { user: userAfter, system: systemAfter } = process.cpuUsage();
    const expected = (userAfter + systemAfter - user - system) / 1_000;
    expect(Math.abs(spent - expected)).toBeLessThan(100);
    expect(processorTime(NO_PROCESS)).toBeUndefined();
  },
);

it.runIf(process.platform === 'linux')('the variables are read that a process has been started with', () => {
  const child = spawn('sleep', ['60'], { env: { ...process.env, SOME_VARIABLE: 'a=b c' } });
  onTestFinished(() => void child.kill());
  expect(processVariables(child.pid as number)).toMatchObject({ SOME_VARIABLE: 'a=b c' });
  expect(processVariables(NO_PROCESS)).toBeUndefined();
});

it.runIf(process.platform === 'linux')('the memory of a process grows with what it keeps', async () => {
  // A process of its own: in this one, garbage of other tests may be collected meanwhile.
  const script = `process.stdin.once('data', () => { globalThis.kept = Buffer.alloc(${KEPT_BYTES}, 1); console.log('kept'); }); console.log('up');`;
  const child = spawn(process.execPath, ['--eval', script]);
  onTestFinished(() => void child.kill());
  await once(child.stdout, 'data');
  const before = processMemory(child.pid as number) ?? 0;
  child.stdin.write('keep');
  await once(child.stdout, 'data');
  const grown = (processMemory(child.pid as number) ?? 0) - before;
  expect(grown).toBeGreaterThan(KEPT_BYTES / 2);
  expect(processMemory(NO_PROCESS)).toBeUndefined();
});
