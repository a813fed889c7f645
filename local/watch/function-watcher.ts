import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildFailure, formatMessages } from 'esbuild';
import { type Bundle, type BundleRecipe, bundle } from '../../tooling/bundle.ts';
import type { Log } from '../../tooling/log.ts';
import { writeBundle } from '../assembly/bundled-folder.ts';

/** A function that can be bundled again. */
export interface WatchedFunction {
  /** As {@link Target.replaceCode} knows it. */
  readonly name: string;
  /** As the log knows it. */
  readonly label: string;
  readonly recipe: BundleRecipe;
  readonly codeDir: string;
  /** What the code is made of, by paths relative to the app's folder, as far as that is known. */
  readonly sources: readonly string[];
}

export interface Target {
  replaceCode(name: string, codeDir: string): Promise<{ readonly drained: Promise<void> }>;
}

interface Known extends WatchedFunction {
  /** Of its last bundle. */
  inputs: ReadonlySet<string>;
  codeDir: string;
  /** Whether its sources cannot be bundled as they are. */
  isBroken: boolean;
}

/**
 * Bundles functions again when their sources change, and swaps their code in the running system. What cannot be built goes on with its
 * former code, and the log says where the error is.
 */
export class FunctionWatcher {
  readonly #folder: string;
  readonly #codeDir: string;
  readonly #target: Target;
  readonly #log: Log;
  readonly #functions: Known[] = [];

  /**
   * @param o.folder of the app, where its sources are
   * @param o.codeDir takes the code that is made
   */
  constructor(o: { folder: string; codeDir: string; target: Target; log: Log }) {
    this.#folder = o.folder;
    this.#codeDir = o.codeDir;
    this.#target = o.target;
    this.#log = o.log;
  }

  /** Begins with what the functions run now. */
  async start(functions: readonly WatchedFunction[]): Promise<void> {
    // Of a former run: this one has begun with what the templates have.
    await rm(this.#codeDir, { recursive: true, force: true });
    for (const each of functions) {
      const inputs = new Set([each.recipe.entry, ...each.sources]);
      this.#functions.push({ ...each, inputs, isBroken: false });
    }
  }

  /** Reloads the functions that are made of these files, by their paths below the app's folder. */
  async reload(files: readonly string[]): Promise<void> {
    const begun = performance.now();
    const affected = this.#functions.filter(
      // What is broken may lack a file that nobody knows of.
      ({ inputs, isBroken }) => isBroken || files.some((file) => inputs.has(file)),
    );
    const swapped = await Promise.all(affected.map((each) => this.#rebuild(each)));
    const labels = affected.filter((_, index) => swapped[index]).map(({ label }) => label);
    if (labels.length === 0) return;
    this.#log.info(`reloaded ${labels.sort().join(', ')} in ${Math.round(performance.now() - begun)} ms`);
  }

  /** @returns whether there is other code now */
  async #rebuild(known: Known): Promise<boolean> {
    try {
      const made = await bundle(this.#folder, known.recipe);
      known.inputs = new Set(made.inputs);
      known.isBroken = false;
      const codeDir = join(this.#codeDir, hashOf(made));
      if (await isSame(known.codeDir, made)) return false;
      await writeBundle(this.#folder, known.recipe, made, codeDir);
      const former = known.codeDir;
      const { drained } = await this.#target.replaceCode(known.name, codeDir);
      known.codeDir = codeDir;
      void drained.then(() => this.#remove(former));
      return true;
    } catch (error) {
      known.isBroken = true;
      this.#log.error(await failureText(error, known.label));
      return false;
    }
  }

  /** Removes code that nothing runs: what is saved may be the same again as before. */
  async #remove(codeDir: string): Promise<void> {
    if (!codeDir.startsWith(this.#codeDir) || this.#functions.some((known) => known.codeDir === codeDir)) return;
    await rm(codeDir, { recursive: true, force: true }).catch((error: Error) => this.#log.debug(error.message));
  }
}

function hashOf({ files }: Bundle): string {
  const hash = createHash('sha256');
  for (const contents of files.values()) hash.update(contents);
  return hash.digest('hex').slice(0, 32);
}

async function isSame(codeDir: string, { files }: Bundle): Promise<boolean> {
  const [name = '', contents] = [...files].find(([file]) => !file.endsWith('.map')) ?? [];
  const present = await readFile(join(codeDir, name)).catch(() => undefined);
  return present !== undefined && contents !== undefined && present.equals(contents);
}

async function failureText(error: unknown, label: string): Promise<string> {
  const { errors } = error as Partial<BuildFailure>;
  if (errors === undefined) return `${label} could not be reloaded: ${(error as Error).message}`;
  const messages = await formatMessages(errors, { kind: 'error' });
  return `${label} goes on with its former code:\n${messages.join('').trim()}`;
}
