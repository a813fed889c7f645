import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from './errors.ts';

const INSTALL_TIMEOUT_MS = 10 * 60_000;
const PROBE_TIMEOUT_MS = 20_000;
/** Builds without the global lock have no wheels of most packages. */
const PROBE = `
import sys, sysconfig, venv, ensurepip
if sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED"):
    print("%d.%d" % sys.version_info[:2])
`;

const run = promisify(execFile);

/** A Python with what makes virtual environments. */
export interface Python {
  readonly command: string;
  /** Such as `3.13`. */
  readonly version: string;
}

/** Versions of Python 3, such as `3.12`. */
export interface PythonRange {
  readonly min: string;
  /** The first one that is too new. */
  readonly below: string;
}

/**
 * Finds a Python of a certain version: `ORDERFLOW_PYTHON`, then what is on the PATH as `python3`, `python` or `python3.<minor>`,
 * then what pyenv has installed. The first that fits is taken.
 */
export async function findPython(
  range: PythonRange,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Python | undefined> {
  const [min, below] = [minorOf(range.min), minorOf(range.below)];
  for (const command of candidates(min, below, env)) {
    const version = await versionOf(command, env);
    if (version === undefined) continue;
    const minor = minorOf(version);
    if (minor >= min && minor < below) return { command, version };
  }
  return undefined;
}

export interface Installation {
  readonly python: Python;
  readonly cacheDir: string;
  /** What is installed and how, version included: a folder of this name in the cache is taken to hold just that. */
  readonly name: string;
  /** The same for a person: `cfn-lint 1.58.0`. */
  readonly title: string;
  /** What follows `pip install`. */
  readonly pipArgs: readonly string[];
  /** Called when it is not there yet, before it is installed. */
  readonly onInstall?: () => void;
}

/**
 * Installs Python packages into a virtual environment of their own, once for all clones. Run what is in it by `python -m` or `-c`:
 * an environment may move, the scripts in its `bin` may not.
 *
 * @returns the interpreter of the environment
 * @throws UserError when they cannot be installed
 */
export async function installPackages(installation: Installation): Promise<string> {
  const { python, cacheDir, name, title, pipArgs } = installation;
  const home = join(cacheDir, `${name}-python-${python.version}`);
  if (isUsable(home)) return interpreterOf(home);
  installation.onInstall?.();
  await mkdir(cacheDir, { recursive: true });
  const draft = await mkdtemp(join(cacheDir, `${name}-draft-`));
  try {
    await run(python.command, ['-m', 'venv', draft], { timeout: INSTALL_TIMEOUT_MS });
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pipArgs];
    await run(interpreterOf(draft), install, { timeout: INSTALL_TIMEOUT_MS });
    await moveInto(draft, home);
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new UserError(
      `${title} could not be installed with ${python.command} ${python.version}: ${stderr.trim() || message}`,
      { cause: error },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return interpreterOf(home);
}

function candidates(min: number, below: number, env: NodeJS.ProcessEnv): string[] {
  const minors = Array.from({ length: below - min }, (_, index) => `python3.${below - 1 - index}`);
  return [
    ...(env.ORDERFLOW_PYTHON ? [env.ORDERFLOW_PYTHON] : []),
    'python3',
    'python',
    ...minors,
    ...pyenvPythons(env),
  ];
}

/** The newest first. Its shims on the PATH only lead to the versions that are switched on. */
function pyenvPythons(env: NodeJS.ProcessEnv): string[] {
  const versions = join(env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const found = globSync('*/bin/python3', { cwd: versions });
  const newestFirst = found.sort((one, other) => other.localeCompare(one, 'en', { numeric: true }));
  return newestFirst.map((path) => join(versions, path));
}

async function versionOf(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, ['-c', PROBE], { timeout: PROBE_TIMEOUT_MS, env });
    return stdout.trim() || undefined;
  } catch {
    return undefined; // missing, or without what makes environments
  }
}

/** The second number of `3.13`; -1 for what is no Python 3. */
function minorOf(version: string): number {
  const [major, minor] = version.split('.').map(Number);
  return major === 3 && minor !== undefined ? minor : -1;
}

function interpreterOf(environment: string): string {
  return join(environment, 'bin/python');
}

/** False as well when the Python that it was made with is gone. */
function isUsable(environment: string): boolean {
  return existsSync(interpreterOf(environment));
}

// Modules of an environment are found from its interpreter's place, so it can be moved.
async function moveInto(draft: string, home: string): Promise<void> {
  // Another run may be faster.
  if (isUsable(home)) return;
  await rm(home, { recursive: true, force: true });
  try {
    await rename(draft, home);
  } catch (error) {
    if (!isUsable(home)) throw error;
  }
}
