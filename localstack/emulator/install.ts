import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../tooling/errors.ts';
import type { Log } from '../../tooling/log.ts';
import { findPython, installPackages, type Python } from '../../tooling/python-environment.ts';

/** The last edition that needs no token. */
export const LOCALSTACK_VERSION = '4.14.0';
const CONSTRAINTS = join(import.meta.dirname, 'constraints.txt');
/** PyPI has no wheels of these; they are pure Python. */
const FROM_SOURCE = ['airspeed-ext', 'crontab', 'jsonpath-rw'];

/** LocalStack is made for Python 3.13. What is used of it here works on 3.12; on 3.11 every call ends with a syntax error. */
export async function findPythonForLocalStack(): Promise<Python | undefined> {
  return findPython({ min: '3.12', below: '3.14' });
}

/**
 * Installs LocalStack from PyPI into a virtual environment in the cache folder, once for all clones.
 *
 * @throws UserError when there is no suitable Python, or the installation fails
 */
export async function installLocalStack({
  cacheDir,
  log,
  signal,
}: {
  cacheDir: string;
  log: Log;
  signal?: AbortSignal | undefined;
}): Promise<{ python: string }> {
  const found = await findPythonForLocalStack();
  if (!found) {
    throw new UserError(
      'Without Docker, LocalStack needs Python 3.12 or 3.13 with venv. None was found in ORDERFLOW_PYTHON, on the PATH or in pyenv. ' +
        'Install one, or name one in ORDERFLOW_PYTHON.',
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
    signal,
    onInstall: () => log.info('installing LocalStack %s, once (about a minute)', LOCALSTACK_VERSION),
  });
  return { python };
}
