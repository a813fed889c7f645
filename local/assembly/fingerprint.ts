import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { isDataDir } from '../../tooling/data-dir.ts';
import { hashOfFile } from '../../tooling/file-hash.ts';

/** What is nobody's source, in a copy without git as well. */
const GENERATED = new Set(['node_modules', 'cdk.out', 'coverage', '.git']);

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
      const found = hashOfFile(join(folder, file));
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
