import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../tooling/errors.ts';
import { processIdentity } from '../tooling/processes.ts';
import type { Passwords } from './settings.ts';

/** What `up` started, for the commands that work on it. Addresses are those of this machine. */
export interface Running {
  readonly mode: 'docker' | 'processes';
  /** Without Docker, the process that runs it. */
  readonly runner?: Runner;
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

/** A process, told from a later one with the same id. */
export interface Runner {
  readonly pid: number;
  /** See {@link processIdentity}. */
  readonly identity: string;
}

/** This very process. */
export function thisRunner(): Runner {
  const { pid } = process;
  return { pid, identity: processIdentity(pid) ?? '' };
}

export function isAlive({ pid, identity }: Runner): boolean {
  return processIdentity(pid) === identity;
}

/** Writes down what is up, readable by its owner alone. */
export async function rememberRunning(dataDir: string, running: Running): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(fileIn(dataDir), JSON.stringify(running, undefined, 2), { mode: 0o600 });
}

export async function forgetRunning(dataDir: string): Promise<void> {
  await rm(fileIn(dataDir), { force: true });
}

/** @returns undefined when nothing was started, or it was ended in order; what was killed is still written down */
export async function findRunning(dataDir: string): Promise<Running | undefined> {
  try {
    return JSON.parse(await readFile(fileIn(dataDir), 'utf8')) as Running;
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
      'Nothing is up. Start it with `npm run localstack -- up`; without Docker, with `up --no-docker` in another terminal.',
    );
  }
  if (running.runner !== undefined && !isAlive(running.runner)) {
    throw new UserError(
      `Nothing is up: what \`up --no-docker\` started was killed (process ${running.runner.pid}). Start it again, which also ends what is left of it.`,
    );
  }
  return running;
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'running.json');
}
