import os from 'node:os';
import { join, relative, resolve } from 'node:path';

export const REPOSITORY = resolve(import.meta.dirname, '..');
/** The folder that keeps a run's data between starts, unless an option names another. */
export const DEFAULT_DATA_DIR = join(REPOSITORY, '.orderflow');

/** The environment variable of an option: `api-port` is `ORDERFLOW_API_PORT`. */
export function variableOf(flag: string): string {
  return `ORDERFLOW_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** An absolute path; relative ones start at the repository. */
export function pathOf(text: string): string {
  return resolve(REPOSITORY, text);
}

/** A path for a person: from where npm was called, if it is below. */
export function shownPath(path: string): string {
  const shown = relative(process.env.INIT_CWD ?? '.', path);
  return shown.startsWith('..') ? path : shown;
}

/** The folder that keeps downloads for all clones, unless an option names another. */
export function cacheDirOf(env: NodeJS.ProcessEnv): string {
  return pathOf(env.ORDERFLOW_CACHE_DIR || userCacheDir(env));
}

/** Where a data folder keeps its cloud assemblies. */
export function assembliesOf(dataDir: string): string {
  return join(dataDir, 'assemblies');
}

/** The log of the current run in a data folder. */
export function logFileOf(dataDir: string): string {
  return join(dataDir, 'run.log');
}

/** Where a data folder records the processes that use it. */
export function runDirOf(dataDir: string): string {
  return join(dataDir, 'run');
}

/** The folder for everything about LocalStack, inside a data folder. */
export function localStackDirOf(dataDir: string): string {
  return join(dataDir, 'localstack');
}

/** https://specifications.freedesktop.org/basedir-spec/latest/, or macOS's own. */
function userCacheDir(env: NodeJS.ProcessEnv): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'orderflow');
  const home = homeDir();
  const isMac = process.platform === 'darwin' && home !== undefined;
  return join(home ?? REPOSITORY, isMac ? 'Library/Caches' : '.cache', 'orderflow');
}

/** The person's home folder; undefined for a user id that has neither a HOME nor an entry in /etc/passwd, as with `docker run --user`. */
export function homeDir(): string | undefined {
  try {
    return os.homedir() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SYSTEM_ERROR') return undefined;
    throw error;
  }
}
