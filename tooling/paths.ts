import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The repository's root folder. */
export const REPOSITORY = resolve(import.meta.dirname, '..');

/** The environment variable that sets the same as a flag: `--api-port` is `ORDERFLOW_API_PORT`. */
export function variableOf(flag: string): string {
  return `ORDERFLOW_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** A path as an absolute one; relative ones start at the repository, wherever a command was started. */
export function pathOf(text: string): string {
  return resolve(REPOSITORY, text);
}

/** Absolute path of the folder that keeps a run's data between starts, unless an option says otherwise. */
export function dataDirOf(env: NodeJS.ProcessEnv): string {
  return pathOf(env.ORDERFLOW_DATA_DIR || '.orderflow');
}

/** Absolute path of the folder that keeps downloads, shared by all clones, unless an option says otherwise. */
export function cacheDirOf(env: NodeJS.ProcessEnv): string {
  return pathOf(env.ORDERFLOW_CACHE_DIR || userCacheDir(env));
}

/** Where a data folder keeps its cloud assemblies. */
export function assembliesOf(dataDir: string): string {
  return join(dataDir, 'assemblies');
}

/** The folder of a data folder that says which processes use it. */
export function runDirOf(dataDir: string): string {
  return join(dataDir, 'run');
}

/** The folder for everything about LocalStack, inside a data folder. */
export function localStackDirOf(dataDir: string): string {
  return join(dataDir, 'localstack');
}

/** The XDG base directory specification's place for caches, or macOS's own. */
function userCacheDir(env: NodeJS.ProcessEnv): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'orderflow');
  return process.platform === 'darwin'
    ? join(homedir(), 'Library/Caches/orderflow')
    : join(homedir(), '.cache/orderflow');
}
