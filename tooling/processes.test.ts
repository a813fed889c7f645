import { spawn } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import { processMemory, processorTime, processVariables } from './processes.ts';

const NO_PROCESS = 2 ** 30;

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

it.runIf(process.platform === 'linux')('the memory of a process grows with what it keeps', () => {
  const before = processMemory(process.pid) ?? 0;
  const kept = Buffer.alloc(64 * 2 ** 20, 1);
  const grown = (processMemory(process.pid) ?? 0) - before;
  expect(grown).toBeGreaterThan(kept.length / 2);
  expect(processMemory(NO_PROCESS)).toBeUndefined();
});
