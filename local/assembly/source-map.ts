import { readFile, writeFile } from 'node:fs/promises';

/**
 * A source map that also says where its sources are on this machine, for stacks and debuggers.
 * https://tc39.es/ecma426/#sec-source-map-format
 *
 * @param folder of the app, to which its sources are relative
 */
export function withSourceRoot(map: Uint8Array, folder: string): Uint8Array {
  return Buffer.from(JSON.stringify({ sourceRoot: `${folder}/`, ...JSON.parse(Buffer.from(map).toString('utf8')) }));
}

/** Does the same to a file, if there is one. */
export async function rootSourceMap(file: string, folder: string): Promise<void> {
  const map = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (map === undefined || map.subarray(0, 200).includes('sourceRoot')) return;
  await writeFile(file, withSourceRoot(map, folder));
}
