import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { type BuildOptions, build, buildSync } from 'esbuild';
import { z } from 'zod';
import { type Bundle, toBundle } from './bundle.ts';

/** The key of a {@link SiteRecipe} in the metadata of the bucket deployment whose first source it makes. */
export const SITE_METADATA = 'local-runner:site';

/** Stands in a page for a hash of all files of the site. */
const VERSION_MARK = '__VERSION__';

/** How the files of a site are built, as JSON. */
export const siteRecipe = z.strictObject({
  /** Scripts, styles, and what `loader` copies; relative to the app's folder, and all in one folder of it. */
  entries: z.array(z.string().min(1)).min(1),
  /** The file in which `__VERSION__` becomes a hash of all others and itself. */
  page: z.string().min(1),
  /** For esbuild. https://esbuild.github.io/api/ */
  options: z.strictObject({
    format: z.enum(['esm', 'iife']).exactOptional(),
    target: z.string().exactOptional(),
    jsx: z.enum(['automatic', 'transform']).exactOptional(),
    jsxImportSource: z.string().exactOptional(),
    minify: z.boolean().exactOptional(),
    sourcemap: z.boolean().exactOptional(),
    sourcesContent: z.boolean().exactOptional(),
    loader: z.record(z.string(), z.enum(['copy', 'file', 'dataurl', 'text', 'json'])).exactOptional(),
  }),
});
export type SiteRecipe = z.output<typeof siteRecipe>;

/** Where the sources of a site are, relative to the app's folder. */
export function siteFolder({ entries: [entry = ''] }: Pick<SiteRecipe, 'entries'>): string {
  return dirname(entry);
}

/**
 * Builds a site. The result depends on the sources alone, not on where they or the result lie.
 *
 * @param folder of the app
 * @throws BuildFailure of esbuild, with the place of each error
 */
export function bundleSiteSync(folder: string, recipe: SiteRecipe): Bundle {
  return stamped(toBundle(folder, buildSync(buildOptions(folder, recipe))), recipe);
}

/** The same as {@link bundleSiteSync}, without keeping this process from other work. */
export async function bundleSite(folder: string, recipe: SiteRecipe): Promise<Bundle> {
  return stamped(toBundle(folder, await build(buildOptions(folder, recipe))), recipe);
}

function buildOptions(folder: string, recipe: SiteRecipe) {
  return {
    ...recipe.options,
    absWorkingDir: folder,
    entryPoints: recipe.entries,
    outbase: siteFolder(recipe),
    outdir: '.',
    bundle: true,
    write: false as const,
    metafile: true as const,
    logLevel: 'silent' as const,
  } satisfies BuildOptions;
}

function stamped({ files, inputs }: Bundle, { page }: SiteRecipe): Bundle {
  const hash = createHash('sha256');
  for (const [name, contents] of files) hash.update(name).update(contents);
  const version = hash.digest('hex').slice(0, 16);
  const text = Buffer.from(files.get(page) ?? '').toString('utf8');
  return { files: new Map([...files, [page, Buffer.from(text.replaceAll(VERSION_MARK, version))]]), inputs };
}
