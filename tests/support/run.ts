import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Addresses, addressesFileOf } from '../../local/addresses.ts';
import { type OwnAddresses, ownAddresses } from '../../scripts/own-addresses.ts';
import { claimDataDir } from '../../tooling/data-dir.ts';
import { readJsonFile } from '../../tooling/json-file.ts';
import { assembliesOf } from '../../tooling/paths.ts';
import { pollWithin } from '../../tooling/timing.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Flags that let a run choose all its ports. */
export const ANY_FREE_PORT = [
  '--api-port',
  '0',
  '--site-port',
  '0',
  '--postgres-port',
  '0',
  '--aws-port',
  '0',
  '--kafka-port',
  '0',
];

/** A command of the project, started as a person starts it: a process of its own with flags. */
export interface Launched {
  readonly child: ChildProcess;
  /** Everything that it has printed so far. */
  output(): string;
}

/** A command that stays, once it is ready. */
export interface RunningProcess {
  readonly pid: number;
  /** Everything that it has printed so far. */
  output(): string;
  /** Sends a signal and waits for the end of the process. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; seconds: number }>;
}

/** A local run of any app under test. */
export interface AppRun extends RunningProcess {
  readonly addresses: Addresses;
  readonly dataDir: string;
}

/** A local run under test. */
export interface Run extends Omit<AppRun, 'addresses'> {
  readonly addresses: OwnAddresses;
}

/** A new, empty data folder. `seed` names another run's folder whose synthesized assembly saves synthesizing again. */
export function newDataDir(seed?: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'orderflow-test-'));
  chmodSync(dir, 0o755);
  if (seed === undefined) return dir;
  claimDataDir(dir);
  cpSync(assembliesOf(seed), assembliesOf(dir), { recursive: true });
  return dir;
}

/** Runs a command of the project to its end and returns what it printed and its exit code. */
export async function runToEnd(args: readonly string[], env = process.env, script = 'scripts/start.ts') {
  const { child, output } = launch(script, args, { env });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output() };
}

/** Runs `npm run verify` to its end. */
export function verifyDeployment(...args: readonly string[]) {
  return runToEnd(args, process.env, 'scripts/verify/main.ts');
}

/**
 * Starts a local run on free ports and waits until it is up.
 *
 * @throws Error with everything it printed when it ends first or takes longer than four minutes
 */
export async function startRun(dataDir: string, args: readonly string[] = []): Promise<Run> {
  const run = await startAppRun(dataDir, args);
  return { ...run, addresses: ownAddresses(run.addresses) };
}

/**
 * As {@link startRun}, for any app.
 *
 * @param folder where the person is
 */
export async function startAppRun(dataDir: string, args: readonly string[], folder = ROOT): Promise<AppRun> {
  const file = addressesFileOf(dataDir);
  // What a killed run has left there.
  rmSync(file, { force: true });
  const env = { ...process.env, INIT_CWD: folder };
  const launched = launch('scripts/start.ts', [...ANY_FREE_PORT, '--data-dir', dataDir, ...args], { env });
  const { process: running, written } = await untilWritten<Addresses>(launched, file, 240);
  return { ...running, addresses: written, dataDir };
}

/**
 * Waits for the JSON file that a command writes once it is up.
 *
 * @returns the process, and what the file holds
 * @throws Error with everything the command printed when it ends first or takes longer; it is told to end then
 */
export async function untilWritten<T>({ child, output }: Launched, file: string, seconds: number) {
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const end = async (signal: NodeJS.Signals) => {
    const begun = performance.now();
    const exited = hasEnded() ? undefined : once(child, 'exit');
    child.kill(signal);
    await exited;
    return { code: child.exitCode, seconds: (performance.now() - begun) / 1000 };
  };
  const process: RunningProcess = { pid: child.pid ?? fail('The command was not started.'), output, end };
  const written = await pollWithin(seconds * 1000, () => {
    const read = readJsonFile<T>(file);
    if (read === undefined && hasEnded()) fail(`It ended with ${child.exitCode ?? child.signalCode}:\n${output()}`);
    return read;
  });
  if (written !== undefined) return { process, written };
  await end('SIGTERM');
  fail(`It was not up after ${seconds} s:\n${output()}`);
}

/** The command lines of all processes that name a folder: what a run has started and not ended. */
export function processesOf(dataDir: string): string[] {
  // In other locales, ps shows a question mark for each letter that is not ASCII.
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  return execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8', env })
    .split('\n')
    .filter((line) => line.includes(dataDir));
}

/** Removes a folder with everything in it, whoever uses it. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Starts a command of the project, or of a copy of it. */
export function launch(script: string, args: readonly string[], { env = process.env, project = ROOT } = {}): Launched {
  const child = spawn(process.execPath, [script, ...args], { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
  // A test that runs into its time limit leaves its commands to the end of its worker.
  const end = () => child.kill();
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  return { child, output: () => printed };
}

function fail(message: string): never {
  throw new Error(message);
}
