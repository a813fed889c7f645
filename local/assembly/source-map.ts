import { readFile, writeFile } from 'node:fs/promises';

/**
 * Makes a source map also say where its sources are on this machine, for stacks and debuggers.
 * https://tc39.es/ecma426/#sec-source-map-format
 *
 * @param folder of the app, to which its sources are relative
 * @returns the sources; none when there is no such file
 */
export async function rootSourceMap(file: string, folder: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (text === undefined) return [];
  const map = JSON.parse(text);
  if (map.sourceRoot === undefined) await writeFile(file, JSON.stringify({ sourceRoot: `${folder}/`, ...map }));
  return map.sources;
}
