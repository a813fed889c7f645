import { existsSync } from 'node:fs';
import { isDataDir, removeDataDir } from '../tooling/data-dir.ts';
import { UserError } from '../tooling/errors.ts';
import { createLog } from '../tooling/log.ts';
import { isRunning, type ProcessId } from '../tooling/processes.ts';
import { Terminal } from '../tooling/terminal.ts';
import { pollWithin } from '../tooling/timing.ts';
import { LocalStackApp } from './assembly/app.ts';
import { publishedAssembly } from './assembly/synthesize.ts';
import { clientsOf, isHealthy } from './clients.ts';
import { withCommandLock } from './command-lock.ts';
import { describeStack, destroyStacks } from './deploy/stacks.ts';
import { findRunning, type Running } from './running.ts';
import type { LocalStackSettings } from './settings.ts';
import { compose } from './up/compose.ts';

const STOP_TIMEOUT_MS = 60_000;

/** @throws UserError when something does not end, or another command is at work */
export async function destroy(
  dataDir: string,
  settings: LocalStackSettings,
  say: (step: string) => void,
): Promise<void> {
  if (!existsSync(dataDir)) return say('nothing to do: nothing is up, and there is no data');
  if (!isDataDir(dataDir)) throw new UserError(`${dataDir} is not the data folder of a run. It was not removed.`);
  const removed = await withCommandLock(dataDir, async () => {
    const running = await findRunning(dataDir);
    if (running !== undefined) await end(dataDir, running, settings, say);
    return removeDataDir(dataDir, [], createLog({ source: 'destroy', terminal: new Terminal(process.stdout) }));
  });
  say(`removed ${removed}`);
}

async function end(
  dataDir: string,
  running: Running,
  settings: LocalStackSettings,
  say: (step: string) => void,
): Promise<void> {
  if (await isHealthy(running.localStackUrl)) {
    await deleteStacks(dataDir, running, say).catch((error: Error) => {
      say(`not all stacks could be deleted (${error.message}); they end with LocalStack`);
    });
  }
  if (running.mode === 'docker') {
    say('docker compose down');
    await compose(['down', '--volumes', '--remove-orphans'], settings);
  } else if (running.runner !== undefined) await endRunner(running.runner, say);
}

async function deleteStacks(dataDir: string, { localStackUrl }: Running, say: (step: string) => void): Promise<void> {
  const assembly = publishedAssembly(dataDir);
  const { cloudFormation } = clientsOf(localStackUrl);
  const { stackNames } = new LocalStackApp(assembly);
  const stacks = await Promise.all(stackNames.map((name) => describeStack(cloudFormation, name)));
  if (stacks.every((stack) => stack === undefined)) return;
  say('cdklocal destroy');
  await destroyStacks(assembly, localStackUrl);
}

/** A process that only has the run's old id is left alone. */
async function endRunner(runner: ProcessId, say: (step: string) => void): Promise<void> {
  if (!isRunning(runner)) return;
  const { pid } = runner;
  say(`ending the run (process ${pid})`);
  process.kill(pid, 'SIGTERM');
  if (await pollWithin(STOP_TIMEOUT_MS, () => !isRunning(runner))) return;
  throw new UserError(`Process ${pid} did not stop. End it with \`kill -9 ${pid}\`, then run destroy again.`);
}
