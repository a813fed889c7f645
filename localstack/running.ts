import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { claimDataDir } from '../tooling/data-dir.ts';
import { UserError } from '../tooling/errors.ts';
import { isRunning, type ProcessId } from '../tooling/processes.ts';
import { PASSWORD_VARIABLES, type Passwords } from './settings.ts';

/** What `up` started. Addresses are those of this machine. */
export interface Running {
  readonly mode: 'docker' | 'processes';
  /** Without Docker, the process that runs it. */
  readonly runner?: ProcessId;
  /** CDK context that the app is synthesized with. */
  readonly context: Readonly<Record<string, string>>;
  readonly localStackUrl: string;
  readonly apiUrl: string;
  /** `host:port`. */
  readonly kafka: string;
  /** `host:port` of each shard's Postgres. */
  readonly shards: readonly string[];
  readonly passwords: Passwords;
}

/** Writes down what is up, readable by its owner alone. */
export async function rememberRunning(dataDir: string, running: Running): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(runningFileOf(dataDir), JSON.stringify(running, undefined, 2), { mode: 0o600 });
}

/** Removes the note of what is running, if there is one. */
export async function forgetRunning(dataDir: string): Promise<void> {
  await rm(runningFileOf(dataDir), { force: true });
}

/** Undefined when nothing was started, or it has ended. What was killed is still returned. */
export async function findRunning(dataDir: string): Promise<Running | undefined> {
  try {
    return JSON.parse(await readFile(runningFileOf(dataDir), 'utf8')) as Running;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws UserError when nothing is up */
export async function requireRunning(dataDir: string): Promise<Running> {
  const running = await findRunning(dataDir);
  if (running === undefined) {
    throw new UserError(
      'LocalStack is not running. Start it with `npm run localstack -- up`; without Docker, with `up --no-docker` in another terminal.',
    );
  }
  if (running.runner !== undefined && !isRunning(running.runner)) {
    throw new UserError(
      `LocalStack is not running: \`up --no-docker\` (process ${running.runner.pid}) was killed. Start it again; that also ends leftover processes.`,
    );
  }
  return running;
}

/** @throws UserError that says what to do first, when what is up conflicts with what is to be started */
export function assertNoConflictingRun(previous: Running | undefined, next: Pick<Running, 'mode' | 'passwords'>): void {
  if (previous === undefined) return;
  if (previous.mode === 'processes') {
    if (next.mode === 'processes' || previous.runner === undefined || !isRunning(previous.runner)) return;
    throw new UserError(
      `\`up --no-docker\` is running (process ${previous.runner.pid}). End it first, with Ctrl-C or \`npm run localstack -- destroy\`.`,
    );
  }
  if (next.mode === 'processes') {
    throw new UserError('The containers of `up` exist. Remove them first: `npm run localstack -- destroy`.');
  }
  if (next.passwords.master !== previous.passwords.master) {
    throw new UserError(
      `${PASSWORD_VARIABLES.master.name} has changed, but the databases were created with the old value. Restore it, or start over with \`npm run localstack -- destroy\`.`,
    );
  }
}

/** Claims the folder for everything about LocalStack and the data folder around it. @throws UserError as {@link claimDataDir} */
export function claimLocalStackDir(dir: string): void {
  claimDataDir(dirname(dir));
  claimDataDir(dir);
}

/** Records what is up in the folder for everything about LocalStack. */
export function runningFileOf(dataDir: string): string {
  return join(dataDir, 'running.json');
}
