import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from './errors.ts';
import { runDirOf } from './paths.ts';
import { processIdentity } from './processes.ts';

/** Stands in a data folder and tells it from a folder with other things in it, which must never be removed. */
const MARKER = 'orderflow-data';
const MARKER_TEXT = 'The local run keeps its data in this folder; `npm run reset` removes it with all that is in it.\n';

/** Says in a data folder why it must not be removed, where no process holds its lock. */
const KEPT = 'keep.txt';

/** Another process works on the data folder. */
export class DataDirInUseError extends UserError {
  override name = 'DataDirInUseError';
}

/** Whether a folder was made by a run. */
export function isDataDir(dataDir: string): boolean {
  return existsSync(join(dataDir, MARKER));
}

/**
 * Reserves a data folder for this process, so that two runners never work on the same data. The lock of a process that
 * no longer lives is taken over.
 *
 * @returns the function that gives the folder free again
 * @throws DataDirInUseError when another process has reserved it
 * @throws UserError when it cannot be written, or when it holds other things
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const runDir = runDirOf(dataDir);
  const lock = join(runDir, 'runner.lock');
  const mine = `${process.pid} ${processIdentity(process.pid)}`;
  const draft = join(runDir, `runner.${process.pid}.draft`);
  claimDataDir(dataDir);
  try {
    mkdirSync(runDir, { recursive: true });
    writeFileSync(draft, mine);
  } catch (error) {
    throw cannotWrite(dataDir, error);
  }
  try {
    // A link appears with its whole content and fails when the name is taken: no reader sees half a lock.
    while (!tryLink(draft, lock)) takeOverIfStale(dataDir, lock);
  } finally {
    rmSync(draft, { force: true });
  }
  return async () => {
    if (readIfThere(lock) === mine) rmSync(lock, { force: true });
  };
}

/**
 * Lets `npm run reset` refuse a data folder for as long as it exists, for something that runs on without a process of ours.
 *
 * @param reason a sentence that also says what to do first
 */
export function keepDataDir(dataDir: string, reason: string): void {
  claimDataDir(dataDir);
  writeFileSync(join(dataDir, KEPT), reason);
}

/** Why a data folder must not be removed; undefined when nothing speaks against it but perhaps its lock. */
export function reasonToKeep(dataDir: string): string | undefined {
  return readIfThere(join(dataDir, KEPT));
}

/**
 * Makes a folder a data folder, which whoever writes into it does first.
 *
 * @throws UserError when it cannot be written, or holds things that no run made
 */
export function claimDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    if (isDataDir(dataDir)) return;
    if (readdirSync(dataDir).length === 0) {
      writeFileSync(join(dataDir, MARKER), MARKER_TEXT);
      return;
    }
  } catch (error) {
    throw cannotWrite(dataDir, error);
  }
  throw new UserError(
    `The folder ${dataDir} holds things that no run made. Name a new or empty one with --data-dir or ORDERFLOW_DATA_DIR.`,
  );
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function takeOverIfStale(dataDir: string, lock: string): void {
  const content = readIfThere(lock);
  if (content === undefined) return;
  refuseLiveHolder(dataDir, content);
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Another runner may have taken the stale lock over just before: then this moved its live one away.
  const moved = readFileSync(aside, 'utf8');
  if (moved !== content) tryLink(aside, lock);
  rmSync(aside, { force: true });
}

function refuseLiveHolder(dataDir: string, content: string): void {
  const [pid = '', ...identity] = content.split(' ');
  if (processIdentity(Number(pid)) !== identity.join(' ')) return;
  throw new DataDirInUseError(
    `Another run (process ${pid}) uses the data folder ${dataDir}. Stop it first, or give this run its own folder with --data-dir or ORDERFLOW_DATA_DIR.`,
  );
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function cannotWrite(dataDir: string, error: unknown): UserError {
  const { code } = error as NodeJS.ErrnoException;
  return new UserError(
    `The data folder ${dataDir} cannot be written (${code}). Make it writable for you, or name another one with --data-dir or ORDERFLOW_DATA_DIR.`,
    { cause: error },
  );
}
