import { join, relative } from 'node:path';
import { type BuildOptions, type BuildResult, build, buildSync } from 'esbuild';

/** The key of a {@link BundleRecipe} in the metadata of a function's resource in a template. */
export const BUNDLE_METADATA = 'bundle';

/** How the code of a function is bundled, as JSON. */
export interface BundleRecipe {
  /** Relative to the app's folder. */
  readonly entry: string;
  /** The file that is made. */
  readonly output: string;
  /** For esbuild, besides entry and output. https://esbuild.github.io/api/ */
  readonly options: Pick<
    BuildOptions,
    'format' | 'target' | 'platform' | 'mainFields' | 'minify' | 'sourcemap' | 'sourcesContent' | 'banner'
  >;
  /** Folders to put beside it: name there, and path in the app's folder. */
  readonly folders: Readonly<Record<string, string>>;
}

export interface Bundle {
  /** Contents by name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The sources that it was made of, packages included, relative to the app's folder. */
  readonly inputs: readonly string[];
}

/**
 * Bundles a function. The result depends on the sources alone, not on where they or the result lie: a source map names its sources
 * relative to the app's folder.
 *
 * @param folder of the app
 * @throws BuildFailure of esbuild, with the place of each error
 */
export function bundleSync(folder: string, recipe: BundleRecipe): Bundle {
  return toBundle(folder, buildSync(buildOptions(folder, recipe)));
}

/** The same as {@link bundleSync}, without keeping this process from other work. */
export async function bundle(folder: string, recipe: BundleRecipe): Promise<Bundle> {
  return toBundle(folder, await build(buildOptions(folder, recipe)));
}

function buildOptions(folder: string, { entry, output, options }: BundleRecipe) {
  return {
    ...options,
    absWorkingDir: folder,
    entryPoints: [entry],
    outfile: output,
    bundle: true,
    write: false as const,
    metafile: true as const,
    logLevel: 'silent' as const,
  } satisfies BuildOptions;
}

function toBundle(folder: string, { outputFiles, metafile }: BuildResult<{ write: false; metafile: true }>): Bundle {
  return {
    files: new Map(outputFiles.map(({ path, contents }) => [relative(folder, path), contents])),
    inputs: Object.keys(metafile.inputs),
  };
}

/** Where a bundle's further folders come from. */
export function foldersOf(folder: string, { folders }: BundleRecipe): ReadonlyMap<string, string> {
  return new Map(Object.entries(folders).map(([name, path]) => [name, join(folder, path)]));
}
