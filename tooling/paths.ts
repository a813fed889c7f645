import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from './errors.ts';

/** The repository's root folder. */
export const REPOSITORY = resolve(import.meta.dirname, '..');

/** The environment variable that sets the same as a flag: `--api-port` is `ORDERFLOW_API_PORT`. */
export function variableOf(flag: string): string {
  return `ORDERFLOW_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * The value of a setting: its flag, else its environment variable.
 *
 * @throws UserError when it is given and empty
 */
export function settingOf(flag: string, given: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const text = given ?? env[variableOf(flag)];
  if (text !== '') return text;
  throw new UserError(`--${flag} (or ${variableOf(flag)}) must not be empty. Leave it out for its default.`);
}

/**
 * Absolute path of the folder that keeps the run's data between starts.
 *
 * @param flag what `--data-dir` says
 * @throws UserError when it is empty
 */
export function dataDirOf(flag: string | undefined, env: NodeJS.ProcessEnv): string {
  return resolve(REPOSITORY, settingOf('data-dir', flag, env) ?? '.orderflow');
}

/**
 * Absolute path of the folder that keeps downloads, shared by all clones.
 *
 * @param flag what `--cache-dir` says
 * @throws UserError when it is empty
 */
export function cacheDirOf(flag: string | undefined, env: NodeJS.ProcessEnv): string {
  return resolve(REPOSITORY, settingOf('cache-dir', flag, env) ?? userCacheDir(env));
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
