import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
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

/** A Python with venv. */
export interface Python {
  readonly command: string;
  readonly version: string;
}

/** Versions of Python 3, such as `3.12`. */
export interface PythonRange {
  readonly min: string;
  /** Exclusive. */
  readonly below: string;
}

/** The first suitable Python: `ORDERFLOW_PYTHON`, on the PATH `python3`, `python` or `python3.<minor>`, or installed by pyenv. */
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
  /** Identifies what is installed, version included: an existing folder of this name in the cache is reused. */
  readonly name: string;
  /** For messages: `cfn-lint 1.58.0`. */
  readonly title: string;
  /** What follows `pip install`. */
  readonly pipArgs: readonly string[];
  /** Called before it is installed. */
  readonly onInstall?: () => void;
  /** Gives the installation up when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Installs Python packages into a virtual environment, once for all clones. Run them with `python -m` or `-c`: the environment
 * may move, the scripts in its `bin` may not.
 *
 * @returns the interpreter of the environment
 * @throws UserError when they cannot be installed; the signal's reason when that is aborted
 */
export async function installPackages(installation: Installation): Promise<string> {
  const { python, cacheDir, name, title, pipArgs, signal } = installation;
  const home = join(cacheDir, `${name}-python-${python.version}`);
  if (isUsable(home)) return interpreterOf(home);
  installation.onInstall?.();
  await mkdir(cacheDir, { recursive: true });
  const draft = await mkdtemp(join(cacheDir, `${name}-draft-`));
  const options = { timeout: INSTALL_TIMEOUT_MS, ...(signal && { signal }) };
  try {
    await run(python.command, ['-m', 'venv', draft], options);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pipArgs];
    await run(interpreterOf(draft), install, options);
    await moveInto(draft, home);
  } catch (error) {
    signal?.throwIfAborted();
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

/** The newest first. The shims on the PATH only lead to active versions. */
function pyenvPythons(env: NodeJS.ProcessEnv): string[] {
  const versions = join(env.PYENV_ROOT ?? join(env.HOME ?? '/', '.pyenv'), 'versions');
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

/** The second number of `3.13`; -1 when it is not Python 3. */
function minorOf(version: string): number {
  const [major, minor] = version.split('.').map(Number);
  return major === 3 && minor !== undefined ? minor : -1;
}

function interpreterOf(environment: string): string {
  return join(environment, 'bin/python');
}

/** False also when the Python that it was made with is gone. */
function isUsable(environment: string): boolean {
  return existsSync(interpreterOf(environment));
}

// Modules of an environment are found from its interpreter's place, so it can be moved.
async function moveInto(draft: string, home: string): Promise<void> {
  // Another run may have been faster.
  if (isUsable(home)) return;
  await rm(home, { recursive: true, force: true });
  try {
    await rename(draft, home);
  } catch (error) {
    if (!isUsable(home)) throw error;
  }
}
