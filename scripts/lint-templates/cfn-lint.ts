import { findPython, installPackages, type Python } from '../../tooling/python-environment.ts';

/** Published on PyPI; its rules and the schemas of the resource types come with it. */
const VERSION = '1.58.0';

/** Finds a Python that cfn-lint supports. */
export async function findPythonForCfnLint(): Promise<Python | undefined> {
  return findPython({ min: '3.10', below: '3.15' });
}

/**
 * Installs cfn-lint, once for all clones.
 *
 * @param cacheDir keeps downloads
 * @returns the interpreter of the environment that has it
 * @throws UserError when it cannot be installed
 */
export async function installCfnLint(python: Python, cacheDir: string): Promise<string> {
  const name = `cfn-lint-${VERSION}`;
  return installPackages({ python, cacheDir, name, title: `cfn-lint ${VERSION}`, pipArgs: [`cfn-lint==${VERSION}`] });
}
