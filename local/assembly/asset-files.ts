import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { unzipSync } from 'fflate';
import type { Stack } from './template.ts';

/** The path of an asset. @param objectKey its S3 key. @throws Error when the stack has no such asset */
export function assetPath(stack: Stack, objectKey: string): string {
  const path = stack.assets.get(objectKey);
  if (path === undefined) throw new Error(`the assembly has no asset with the key ${objectKey}`);
  return path;
}

/** The files of an asset, a folder or a zip archive, by their path with `/` as separator. */
export async function assetFiles(path: string): Promise<Map<string, Uint8Array>> {
  if (!(await stat(path)).isDirectory()) {
    const entries = Object.entries(unzipSync(await readFile(path)));
    return new Map(entries.filter(([name]) => !name.endsWith('/')));
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const file = join(entry.parentPath, entry.name);
      return [relative(path, file).replaceAll(sep, '/'), await readFile(file)] as const;
    });
  return new Map(await Promise.all(files));
}

/** A folder with the files of an asset. @param extractDir where archives are unpacked, once: their names are hashes */
export async function assetFolder(path: string, extractDir: string): Promise<string> {
  if ((await stat(path)).isDirectory()) return path;
  const folder = join(extractDir, basename(path));
  if (!existsSync(folder)) await writeFolder(folder, await assetFiles(path));
  return folder;
}

/** Writes a folder that exists with all its files or not at all. Of several that write the same one, the first wins. */
export async function writeFolder(folder: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const unfinished = await mkdtemp(`${folder}.`);
  try {
    for (const [name, content] of files) {
      const file = join(unfinished, name);
      if (relative(unfinished, file).startsWith('..'))
        throw new Error(`the archive has a path outside itself: ${name}`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}
