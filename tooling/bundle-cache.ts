import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { version as esbuild } from 'esbuild';
import { type Bundle, type BundleRecipe, bundleSync } from './bundle.ts';
import { hashOfFile } from './file-hash.ts';

/** What decides how sources are bundled, besides them and the recipe: where packages lead, and the compiler's options. */
const SURROUNDINGS = ['node_modules/.package-lock.json', 'tsconfig.json'];

interface Kept {
  readonly surroundings: string;
  /** By input: its hash. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly files: Bundle['files'];
}

/**
 * The same as {@link bundleSync}, from a cache in `node_modules` while no source that it was made of has changed, packages included. What is made
 * while a source is being saved is not kept.
 *
 * @param folder of the app
 * @throws BuildFailure of esbuild, with the place of each error
 */
export function cachedBundleSync(folder: string, recipe: BundleRecipe): Bundle {
  // Functions share most of their packages.
  const hashOf = (file: string) => hashOfFile(join(folder, file)) ?? '';
  const surroundings = [esbuild, process.version, ...SURROUNDINGS.map(hashOf)].join(' ');
  const dir = join(folder, 'node_modules/.cache/bundles');
  const file = join(dir, hash('sha256', JSON.stringify(recipe)));
  const kept = read(file);
  if (kept?.surroundings === surroundings && [...kept.inputs].every(([input, known]) => hashOf(input) === known))
    return { files: kept.files, inputs: [...kept.inputs.keys()] };
  mkdirSync(dir, { recursive: true });
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, '');
    const begun = changedAt(draft);
    const made = bundleSync(folder, recipe);
    // What is saved meanwhile may be in it, or not.
    if (made.inputs.some((input) => changedAt(join(folder, input)) >= begun)) return made;
    const inputs = new Map(made.inputs.map((input) => [input, hashOf(input)]));
    writeFileSync(draft, serialize({ surroundings, inputs, files: made.files } satisfies Kept));
    renameSync(draft, file);
    return made;
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(file: string): Kept | undefined {
  try {
    return deserialize(readFileSync(file)) as Kept;
  } catch {
    // None yet, or of another version of Node.
    return undefined;
  }
}

/** When its contents, name or times were changed last, in nanoseconds of the file system's clock. 0 when there is none. */
function changedAt(path: string): bigint {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ctimeNs ?? 0n;
}
