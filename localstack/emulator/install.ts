import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../tooling/errors.ts';
import type { Log } from '../../tooling/log.ts';
import { findPython, installPackages, type Python } from '../../tooling/python-environment.ts';

/** The last community edition that needs no token; published on PyPI. */
export const LOCALSTACK_VERSION = '4.14.0';
const CONSTRAINTS = join(import.meta.dirname, 'constraints.txt');
/** Those that PyPI has no wheel of; they are Python alone. */
const FROM_SOURCE = ['airspeed-ext', 'crontab', 'jsonpath-rw'];

/**
 * Finds a Python that LocalStack runs on. It is made for 3.13; 3.12 does for what is used of it here, while under 3.11 it answers
 * every call with a syntax error.
 */
export async function findPythonForLocalStack(): Promise<Python | undefined> {
  return findPython({ min: '3.12', below: '3.14' });
}

/**
 * Installs LocalStack from PyPI into a virtual environment, once for all clones.
 *
 * @param options.cacheDir keeps downloads
 * @returns the interpreter that has it
 * @throws UserError when no Python fits, or when it cannot be installed
 */
export async function installLocalStack({
  cacheDir,
  log,
}: {
  cacheDir: string;
  log: Log;
}): Promise<{ python: string }> {
  const found = await findPythonForLocalStack();
  if (!found) {
    throw new UserError(
      'Without Docker, LocalStack needs Python 3.12 or 3.13 with venv. None was found: not as ORDERFLOW_PYTHON, not as python3, ' +
        'python, python3.13 or python3.12 on the PATH, not among the versions of pyenv. Install one, or name one in ORDERFLOW_PYTHON.',
    );
  }
  const pins = createHash('sha256').update(readFileSync(CONSTRAINTS)).digest('hex').slice(0, 8);
  const python = await installPackages({
    python: found,
    cacheDir,
    name: `localstack-${LOCALSTACK_VERSION}-${pins}`,
    title: `LocalStack ${LOCALSTACK_VERSION}`,
    pipArgs: [
      '--only-binary=:all:',
      `--no-binary=${FROM_SOURCE.join(',')}`,
      `--constraint=${CONSTRAINTS}`,
      `localstack-core[runtime]==${LOCALSTACK_VERSION}`,
    ],
    onInstall: () => log.info('installing LocalStack %s, once (about a minute)', LOCALSTACK_VERSION),
  });
  return { python };
}
