import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Bundle, type BundleRecipe, bundle, foldersOf } from '../../tooling/bundle.ts';

/** Writes a bundle with its further folders. @param appFolder where these come from @param codeDir which is made unless it is there */
export async function writeBundle(
  appFolder: string,
  recipe: BundleRecipe,
  made: Bundle,
  codeDir: string,
): Promise<void> {
  for (const [name, contents] of made.files) {
    const file = join(codeDir, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
  for (const [name, path] of foldersOf(appFolder, recipe)) await cp(path, join(codeDir, name), { recursive: true });
}

/**
 * Bundles a function for a debugger: nothing is minified, and the code itself has its source map with the sources, since not every
 * debugger reads files. The map also lies beside the code, where functions look for it that map the stacks of their errors.
 *
 * @param codeDir is made anew
 * @returns also the recipe by which it was bundled
 * @throws BuildFailure of esbuild, with the place of each error
 */
export async function readableCode(appFolder: string, { options, ...rest }: BundleRecipe, codeDir: string) {
  const recipe: BundleRecipe = {
    ...rest,
    options: { ...options, minify: false, sourcemap: 'both', sourcesContent: true },
  };
  const made = await bundle(appFolder, recipe);
  await rm(codeDir, { recursive: true, force: true });
  await writeBundle(appFolder, recipe, made, codeDir);
  return { codeDir, recipe, sources: made.inputs };
}
