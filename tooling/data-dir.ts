import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { UserError } from './errors.ts';
import { releaseLock, takeLock } from './lock-file.mjs';
import type { Log } from './log.ts';
import { endOrphans } from './orphans.ts';
import { homeDir, REPOSITORY, runDirOf } from './paths.ts';
import { isRunning, thisProcess } from './processes.ts';

/** Marks a data folder. A folder without it must never be removed. */
const MARKER = 'orderflow-data';
const MARKER_TEXT = 'The local run keeps its data in this folder. `npm run reset` removes the data.\n';

const ANOTHER_FOLDER = 'Stop it first, or give this run its own folder with --data-dir or ORDERFLOW_DATA_DIR.';

/** Holds the reason why a data folder must not be removed, where no process holds its lock. */
const KEPT = 'keep.txt';

export class DataDirInUseError extends UserError {
  override name = 'DataDirInUseError';
}

/** Whether a folder was made by a run. */
export function isDataDir(dataDir: string): boolean {
  return existsSync(join(dataDir, MARKER));
}

/**
 * Reserves a data folder for this process. The lock of a process that has died is taken over.
 *
 * @param remedy what to do while another process has it
 * @returns a function that releases the folder
 * @throws DataDirInUseError when another process has reserved it
 * @throws UserError when it cannot be written, or when it holds other things
 */
export async function lockDataDir(dataDir: string, remedy = ANOTHER_FOLDER): Promise<() => Promise<void>> {
  const lock = join(runDirOf(dataDir), 'runner.lock');
  const { pid, identity } = thisProcess();
  const mine = `${pid} ${identity}`;
  claimDataDir(dataDir);
  const holder = takeRunnerLock(dataDir, lock, mine);
  if (holder === undefined) return async () => releaseLock(lock, mine);
  throw new DataDirInUseError(`A run (process ${holder.split(' ')[0]}) uses the data folder ${dataDir}. ${remedy}`);
}

/** @returns who has it */
function takeRunnerLock(dataDir: string, lock: string, mine: string): string | undefined {
  try {
    mkdirSync(dirname(lock), { recursive: true });
    return takeLock(lock, mine, (holder) => {
      const [pid, ...identity] = holder.split(' ');
      return isRunning({ pid: Number(pid), identity: identity.join(' ') });
    });
  } catch (error) {
    // Such as a file system without hard links.
    throw cannotWrite(dataDir, error);
  }
}

/**
 * Removes a data folder, after ending what killed runs left behind. Of one that is a symbolic link, everything in the folder that it
 * leads to is removed; folder and link stay, for the next run.
 *
 * @param inner data folders inside it that must not be in use either
 * @param kept the name of something in it that stays, if it is there
 * @returns what was removed, for a sentence
 * @throws DataDirInUseError when a run uses one of them, and UserError when one is no place for data; then nothing is removed
 */
export async function removeDataDir(
  dataDir: string,
  inner: readonly string[],
  log: Log,
  kept?: string,
): Promise<string> {
  const dirs = [dataDir, ...inner];
  for (const dir of dirs) await lockDataDir(dir, 'Stop it first: its data cannot be removed under it.');
  for (const dir of dirs) await endOrphans(dir, log);
  for (const dir of inner) await emptyDataDir(dir);
  if (kept !== undefined && existsSync(join(dataDir, kept))) {
    await emptyDataDir(dataDir, [kept, MARKER]);
    return `everything in ${dataDir} but ${kept}`;
  }
  await emptyDataDir(dataDir);
  if ((await lstat(dataDir)).isSymbolicLink()) {
    return `everything in ${realpathSync(dataDir)}, which ${dataDir} leads to`;
  }
  await rmdir(dataDir);
  return dataDir;
}

/** Lock and marker go last, so that a removal that was cut short can be repeated. */
async function emptyDataDir(dataDir: string, kept: readonly string[] = []): Promise<void> {
  const last = [basename(runDirOf(dataDir)), MARKER];
  const names = (await readdir(dataDir)).filter((name) => !last.includes(name));
  const removed = [...names, ...last].filter((name) => !kept.includes(name));
  for (const name of removed) await rm(join(dataDir, name), { recursive: true, force: true });
}

/** Makes `npm run reset` refuse a data folder for good. @param reason sentences that also say what to do first */
export function keepDataDir(dataDir: string, reason: string): void {
  claimDataDir(dataDir);
  writeFileSync(join(dataDir, KEPT), reason);
}

/** The reason given to {@link keepDataDir}, if any. */
export function reasonToKeep(dataDir: string): string | undefined {
  return readIfThere(join(dataDir, KEPT));
}

/**
 * Makes a folder a data folder, before anything is written to it, and closes it to everybody but its owner.
 *
 * @throws UserError when that fails, or it holds other things
 */
export function claimDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    refuseAround(dataDir, { 'the home folder': homeDir(), 'this project': REPOSITORY });
    const isNew = !isDataDir(dataDir);
    if (!isNew || readdirSync(dataDir).length === 0) {
      chmodSync(dataDir, privateFolderMode());
      if (isNew) writeFileSync(join(dataDir, MARKER), MARKER_TEXT, { mode: 0o600 });
      return;
    }
  } catch (error) {
    throw error instanceof UserError ? error : cannotWrite(dataDir, error);
  }
  throw new UserError(
    `The folder ${dataDir} contains something other than the data of a run. Name a new or empty one with --data-dir or ORDERFLOW_DATA_DIR.`,
  );
}

/** `npm run reset` would remove them. */
function refuseAround(dataDir: string, precious: Readonly<Record<string, string | undefined>>): void {
  const folder = realpathSync(dataDir);
  for (const [what, path] of Object.entries(precious)) {
    if (path === undefined) continue;
    const [first] = relative(folder, existsSync(path) ? realpathSync(path) : path).split(sep);
    if (first === '..') continue;
    throw new UserError(
      `The folder ${dataDir} cannot keep the data of a run, because it is or contains ${what}. Name another one with --data-dir or ORDERFLOW_DATA_DIR.`,
    );
  }
}

/**
 * The mode of a folder that is for its owner alone. Root's can be passed through, though not listed: Postgres, which does not
 * run as root, has its data further down.
 */
export function privateFolderMode(): number {
  return process.getuid?.() === 0 ? 0o711 : 0o700;
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
  const { code = '' } = error as NodeJS.ErrnoException;
  const remedy = ['ENOSPC', 'EDQUOT'].includes(code) ? 'Free some space on its disk' : 'Make it writable';
  return new UserError(
    `The data folder ${dataDir} cannot be written (${code}). ${remedy}, or name another one with --data-dir or ORDERFLOW_DATA_DIR.`,
    { cause: error },
  );
}
