import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../local/user-error.ts';

/** Published on PyPI; its rules and the schemas of the resource types come with it. */
const VERSION = '1.58.0';
const INSTALL_TIMEOUT_MS = 5 * 60_000;
const PROBE_TIMEOUT_MS = 20_000;

const run = promisify(execFile);

/** A Python that can run cfn-lint. */
export interface Python {
  readonly command: string;
  /** Such as `3.11`. */
  readonly version: string;
}

/** Finds `python3` or `python` on the PATH, of a version that cfn-lint supports, with what makes virtual environments. */
export async function findPython(): Promise<Python | undefined> {
  for (const command of ['python3', 'python']) {
    const version = await versionOf(command);
    const [major, minor] = (version ?? '').split('.').map(Number);
    if (version !== undefined && major === 3 && minor !== undefined && minor >= 10 && minor < 15) {
      return { command, version };
    }
  }
  return undefined;
}

/**
 * Installs cfn-lint into a virtual environment of its own, once for all clones.
 *
 * @param cacheDir keeps downloads
 * @returns the interpreter of the environment
 * @throws UserError when it cannot be installed
 */
export async function installCfnLint(python: Python, cacheDir: string): Promise<string> {
  const home = join(cacheDir, `cfn-lint-${VERSION}-python-${python.version}`);
  const interpreter = (environment: string) => join(environment, 'bin/python');
  if (existsSync(home)) return interpreter(home);
  await mkdir(cacheDir, { recursive: true });
  const draft = await mkdtemp(join(cacheDir, 'cfn-lint-draft-'));
  try {
    await run(python.command, ['-m', 'venv', draft], { timeout: INSTALL_TIMEOUT_MS });
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `cfn-lint==${VERSION}`];
    await run(interpreter(draft), install, { timeout: INSTALL_TIMEOUT_MS });
    await moveInto(draft, home);
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new UserError(
      `cfn-lint ${VERSION} could not be installed with ${python.command} ${python.version}: ${stderr.trim() || message}`,
      { cause: error },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return interpreter(home);
}

// Modules of an environment are found from its interpreter's place, so it can be moved; its scripts could not.
async function moveInto(draft: string, home: string): Promise<void> {
  try {
    await rename(draft, home);
  } catch (error) {
    // Another run was faster.
    if (!existsSync(home)) throw error;
  }
}

async function versionOf(command: string): Promise<string | undefined> {
  const program = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])';
  try {
    return (await run(command, ['-c', program], { timeout: PROBE_TIMEOUT_MS })).stdout.trim();
  } catch {
    return undefined; // missing, or without what makes environments
  }
}
