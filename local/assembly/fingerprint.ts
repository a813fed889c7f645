import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { isDataDir } from '../../tooling/data-dir.ts';

/** What is nobody's source, in a copy without git as well. */
const GENERATED = new Set(['node_modules', 'cdk.out', 'coverage', '.git']);

/** More than one of the clock by which a file system dates files. */
const CLOCK_TICK_MS = 100;
/** By absolute path: what a file was when it was read. */
const read = new Map<string, { readonly state: string; readonly hash: string }>();

/** Matches no path. */
const NOTHING = /(?!)/;

/** Whether a file or folder is made by a tool, by its name, or is a data folder. */
export function isGenerated(path: string): boolean {
  return GENERATED.has(basename(path)) || isDataDir(path);
}

/**
 * Changes with the app's sources and the context: 16 hexadecimal digits.
 *
 * @param app.folder the CDK app's
 * @param app.irrelevant the files below it, by their paths, that cannot change a template or an asset; none by default
 */
export async function fingerprint(
  app: { folder: string; irrelevant?: RegExp },
  context: Readonly<Record<string, string>>,
): Promise<string> {
  const sources = await sourceHashes(app);
  return hash('sha256', JSON.stringify([Object.entries(context).sort(), ...sources])).slice(0, 16);
}

/** By path, in their order: the hash of each file that counts for a fingerprint. */
export async function sourceHashes({
  folder,
  irrelevant = NOTHING,
}: {
  folder: string;
  irrelevant?: RegExp;
}): Promise<Map<string, string>> {
  const files = (await filesOf(folder)).filter((file) => !irrelevant.test(file)).sort();
  return new Map(
    files.flatMap((file) => {
      const found = hashIfThere(join(folder, file));
      return found === undefined ? [] : [[file, found] as const];
    }),
  );
}

/** Without data folders inside the repository. */
async function filesOf(repository: string): Promise<string[]> {
  const files = (await filesOfGit(repository)) ?? (await filesBelow(repository));
  const dirs = new Set(files.map((file) => dirname(file)));
  const dataDirs = [...dirs].filter((dir) => isDataDir(join(repository, dir))).map((dir) => `${dir}/`);
  return files.filter((file) => !dataDirs.some((dir) => file.startsWith(dir)));
}

/** Tracked files and new ones that are not ignored; undefined for a copy without git. */
async function filesOfGit(repository: string): Promise<string[] | undefined> {
  if (!existsSync(join(repository, '.git'))) return undefined;
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const options = { cwd: repository, maxBuffer: 2 ** 26 };
  const listed = await promisify(execFile)('git', args, options).catch(() => undefined);
  return listed?.stdout.split('\0').filter(Boolean);
}

async function filesBelow(repository: string): Promise<string[]> {
  const exclude = ({ name, parentPath }: { name: string; parentPath: string }) => isGenerated(join(parentPath, name));
  const files: string[] = [];
  for await (const entry of glob('**/*', { cwd: repository, withFileTypes: true, exclude })) {
    if (entry.isFile()) files.push(relative(repository, join(entry.parentPath, entry.name)));
  }
  return files;
}

/**
 * Reads a file unless it is as it was when it was read last. One that had just been written is read again: its next content may have the
 * same time.
 *
 * @returns undefined for a deleted file that is still tracked, and for a link to a folder
 */
function hashIfThere(file: string): string | undefined {
  try {
    const stats = statSync(file);
    if (!stats.isFile()) return undefined;
    const state = [stats.ino, stats.size, stats.ctimeMs].join();
    const former = read.get(file);
    if (former?.state === state) return former.hash;
    const found = hash('sha256', readFileSync(file));
    if (Date.now() - stats.ctimeMs > CLOCK_TICK_MS) read.set(file, { state, hash: found });
    return found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
