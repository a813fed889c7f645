import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const NAME = 'aws-lambda-ric';
const VERSION = '4.0.2';
const INTEGRITY = 'sha512-FE5Vskx7mYNnqAnWWJXUOsLp2VGgdsJsCoRLFTa8L4Yk0QVtArqR8q58yPA++QC1a73ZWJXBQ2AH31nIAv7NOQ==';
const PROGRAM = join('node_modules', NAME, 'index.mjs');
/** What its installation compiles. */
const NATIVE_CLIENT = join('node_modules', NAME, 'rapid-client.node');

/** Why the client cannot be compiled here; undefined when it can. */
export function missingForOfficialClient(): string | undefined {
  if (process.platform !== 'linux') return 'it is for Linux';
  return ['cmake', 'make', 'g++', 'python3'].find((tool) => spawnSync(tool, ['--version']).status !== 0);
}

/**
 * AWS's own runtime interface client, as npm has it, compiled once for all clones. Its licence is Apache-2.0. It is no dependency of the
 * project, since installing it takes a compiler and some minutes.
 *
 * @param cacheDir the folder that keeps downloads
 * @returns the path of its program
 * @throws Error with npm's output when it cannot be installed, or is not the one that was reviewed
 */
export async function officialClient(cacheDir: string): Promise<string> {
  const folder = join(cacheDir, `${NAME}-${VERSION}-node${process.versions.modules}`);
  if (existsSync(join(folder, NATIVE_CLIENT))) return join(folder, PROGRAM);
  await rm(folder, { recursive: true, force: true });
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    const npm = (...args: string[]) =>
      promisify(execFile)('npm', [...args, '--no-audit', '--no-fund'], { cwd: draft, maxBuffer: 2 ** 26 });
    await writeFile(join(draft, 'package.json'), JSON.stringify({ private: true, dependencies: { [NAME]: VERSION } }));
    // Nothing of it runs before it is known to be what was reviewed.
    await npm('install', '--ignore-scripts');
    const { packages } = JSON.parse(await readFile(join(draft, 'package-lock.json'), 'utf8'));
    const { integrity } = packages[`node_modules/${NAME}`];
    if (integrity !== INTEGRITY) throw new Error(`${NAME} ${VERSION} has the integrity ${integrity}.`);
    const { stdout, stderr } = await npm('rebuild', NAME);
    if (!existsSync(join(draft, NATIVE_CLIENT))) throw new Error(`${NAME} was not compiled:\n${stdout}${stderr}`);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return join(folder, PROGRAM);
}
