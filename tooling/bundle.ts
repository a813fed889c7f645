import { join, relative } from 'node:path';
import { type BuildContext, type BuildOptions, type BuildResult, build, buildSync, context } from 'esbuild';
import { z } from 'zod';

/** The key of a {@link BundleRecipe} in the metadata of a function's resource in a template. */
export const BUNDLE_METADATA = 'local-runner:bundle';

const esbuildOptions = z.strictObject({
  format: z.enum(['esm', 'cjs', 'iife']).exactOptional(),
  target: z.string().exactOptional(),
  platform: z.enum(['node', 'browser', 'neutral']).exactOptional(),
  mainFields: z.array(z.string()).exactOptional(),
  minify: z.boolean().exactOptional(),
  sourcemap: z.union([z.boolean(), z.enum(['inline', 'both'])]).exactOptional(),
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

/** So many functions are bundled incrementally: what esbuild keeps of each takes some 30 MB. */
const KEPT_CONTEXTS = 4;

interface Kept {
  readonly context: Promise<BuildContext<ReturnType<typeof localBuildOptions>>>;
  users: number;
}

/** Bundles the functions of an app again and again, as {@link bundle} does. Of those that it bundled last it reads only what has changed. */
export class Bundler {
  readonly #folder: string;
  /** The one that was used last comes last. */
  readonly #kept = new Map<BundleRecipe, Kept>();

  /** @param folder of the app */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws BuildFailure of esbuild, with the place of each error */
  async bundle(recipe: BundleRecipe): Promise<Bundle> {
    const kept = this.#kept.get(recipe) ?? { context: context(localBuildOptions(this.#folder, recipe)), users: 0 };
    this.#kept.delete(recipe);
    this.#kept.set(recipe, kept);
    kept.users += 1;
    try {
      return toBundle(this.#folder, await (await kept.context).rebuild());
    } finally {
      kept.users -= 1;
      await this.#keep(KEPT_CONTEXTS);
    }
  }

  /** Forgets all that it keeps. */
  async stop(): Promise<void> {
    await this.#keep(0);
  }

  async #keep(atMost: number): Promise<void> {
    const idle = [...this.#kept].filter(([, { users }]) => users === 0);
    for (const [recipe, kept] of idle.slice(0, Math.max(0, this.#kept.size - atMost))) {
      this.#kept.delete(recipe);
      await (await kept.context).dispose();
    }
  }
}

/**
 * The same as {@link bundleSync} without keeping this process from other work, for this machine: the source map also says where its
 * sources are. https://tc39.es/ecma426/#sec-source-map-format
 */
export async function bundle(folder: string, recipe: BundleRecipe): Promise<Bundle> {
  return toBundle(folder, await build(localBuildOptions(folder, recipe)));
}

function localBuildOptions(folder: string, recipe: BundleRecipe) {
  return { ...buildOptions(folder, recipe), sourceRoot: `${folder}/` };
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

/** What esbuild has made. @param folder that the paths are relative to */
export function toBundle(
  folder: string,
  { outputFiles, metafile }: BuildResult<{ write: false; metafile: true }>,
): Bundle {
  return {
    files: new Map(outputFiles.map(({ path, contents }) => [relative(folder, path), contents])),
    inputs: Object.keys(metafile.inputs),
  };
}

/** Where a bundle's further folders come from. */
export function foldersOf(folder: string, { folders }: BundleRecipe): ReadonlyMap<string, string> {
  return new Map(Object.entries(folders).map(([name, path]) => [name, join(folder, path)]));
}
