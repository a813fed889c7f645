import { join, relative } from 'node:path';
import { type BuildOptions, type BuildResult, build, buildSync } from 'esbuild';
import { z } from 'zod';

/** The key of a {@link BundleRecipe} in the metadata of a function's resource in a template. */
export const BUNDLE_METADATA = 'local-runner:bundle';

const esbuildOptions = z.strictObject({
  format: z.enum(['esm', 'cjs', 'iife']).exactOptional(),
  target: z.string().exactOptional(),
  platform: z.enum(['node', 'browser', 'neutral']).exactOptional(),
  mainFields: z.array(z.string()).exactOptional(),
  minify: z.boolean().exactOptional(),
  sourcemap: z.union([z.boolean(), z.literal('inline')]).exactOptional(),
  sourcesContent: z.boolean().exactOptional(),
  banner: z.record(z.string(), z.string()).exactOptional(),
});

/** How the code of a function is bundled, as JSON. */
export const bundleRecipe = z.strictObject({
  /** Relative to the app's folder. */
  entry: z.string().min(1),
  /** The file that is made. */
  output: z.string().min(1),
  /** For esbuild, besides entry and output. https://esbuild.github.io/api/ */
  options: esbuildOptions,
  /** Folders to put beside it: name there, and path in the app's folder. */
  folders: z.record(z.string(), z.string()),
});
export type BundleRecipe = z.output<typeof bundleRecipe>;

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

/**
 * The same as {@link bundleSync} without keeping this process from other work, for this machine: the source map also says where its
 * sources are. https://tc39.es/ecma426/#sec-source-map-format
 */
export async function bundle(folder: string, recipe: BundleRecipe): Promise<Bundle> {
  return toBundle(folder, await build({ ...buildOptions(folder, recipe), sourceRoot: `${folder}/` }));
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
