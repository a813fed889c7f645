import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findPython, installPackages } from './python-environment.ts';

const RANGE = { min: '3.12', below: '3.14' };

/** A folder with programs that each write what a Python of their version writes, and install nothing but themselves. */
async function pythons(programs: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'pythons with blanks '));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  for (const [path, script] of Object.entries(programs)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), `#!/bin/sh\n${script}\n`);
    await chmod(join(dir, path), 0o755);
  }
  return dir;
}

describe('findPython', () => {
  it('takes the first on the PATH that fits', async () => {
    const dir = await pythons({ python3: 'echo 3.11', python: 'exit 127', 'python3.13': 'echo 3.13' });
    const found = await findPython(RANGE, { PATH: dir, PYENV_ROOT: dir });
    expect(found).toEqual({ command: 'python3.13', version: '3.13' });
  });

  it('takes the one that ORDERFLOW_PYTHON names before all others, if it fits', async () => {
    const dir = await pythons({ python3: 'echo 3.13', mine: 'echo 3.12', old: 'echo 3.9' });
    const find = (name: string) => findPython(RANGE, { PATH: dir, PYENV_ROOT: dir, ORDERFLOW_PYTHON: join(dir, name) });
    expect(await find('mine')).toEqual({ command: join(dir, 'mine'), version: '3.12' });
    expect(await find('old')).toEqual({ command: 'python3', version: '3.13' });
  });

  it('falls back on what pyenv has, the newest first', async () => {
    const dir = await pythons({
      'versions/3.9.18/bin/python3': 'echo 3.9',
      'versions/3.12.1/bin/python3': 'echo 3.12',
      'versions/3.12.10/bin/python3': 'echo 3.12',
      'versions/3.14.0/bin/python3': 'echo 3.14',
    });
    const found = await findPython(RANGE, { PATH: dir, PYENV_ROOT: dir });
    expect(found).toEqual({ command: join(dir, 'versions/3.12.10/bin/python3'), version: '3.12' });
  });

  it('passes over those that are too new, too old, or say nothing', async () => {
    const dir = await pythons({ python3: 'echo 3.14', python: 'echo 2.7', 'python3.12': '' });
    expect(await findPython(RANGE, { PATH: dir, PYENV_ROOT: dir })).toBeUndefined();
  });
});

describe('installPackages', () => {
  // As `python -m venv <folder>`: puts itself there. As `python -m pip install ...`: writes what it was given beside itself.
  const PYTHON = `case $2 in
    venv) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    pip) case "$*" in *missing*) echo 'no such package' >&2; exit 1;; *) echo "$*" > "$0.installed";; esac ;;
  esac`;

  const install = async (dir: string, packageName: string) => {
    const installed: string[] = [];
    const interpreter = await installPackages({
      python: { command: join(dir, 'python'), version: '3.13' },
      cacheDir: join(dir, 'cache'),
      name: 'tool-1',
      title: 'tool 1',
      pipArgs: [packageName],
      onInstall: () => installed.push(packageName),
    });
    return { interpreter, installed };
  };

  it('installs once, and again when the Python that it was made with is gone', async () => {
    const dir = await pythons({ python: PYTHON });
    const { interpreter, installed } = await install(dir, 'tool');
    expect(interpreter).toBe(join(dir, 'cache/tool-1-python-3.13/bin/python'));
    expect(installed).toEqual(['tool']);
    expect((await install(dir, 'tool')).installed).toEqual([]);
    await rm(interpreter);
    expect((await install(dir, 'tool')).installed).toEqual(['tool']);
    expect(await readdir(join(dir, 'cache'))).toEqual(['tool-1-python-3.13']);
  });

  it('says what pip said, and leaves nothing behind', async () => {
    const dir = await pythons({ python: PYTHON });
    await expect(install(dir, 'missing')).rejects.toThrow(
      /^tool 1 could not be installed with .*3\.13: no such package$/,
    );
    expect(await readdir(join(dir, 'cache'))).toEqual([]);
  });
});
