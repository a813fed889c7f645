import { mkdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Bundle, type BundleRecipe, Bundler } from '../../tooling/bundle.ts';
import type { Log } from '../../tooling/log.ts';
import { writeBundle } from '../assembly/bundled-folder.ts';
import { buildFailureText } from './build-failure.ts';
import type { SourceWatcher } from './source-watcher.ts';

/** Processes for more functions at once would only wait for each other. Those whose code is the same, and those for the next save, stay. */
const MOST_PREPARED = 4;

/** A function that can be bundled again. */
export interface WatchedFunction {
  /** As {@link Target.prepareCode} knows it. */
  readonly name: string;
  /** As the log knows it. */
  readonly label: string;
  readonly recipe: BundleRecipe;
  readonly codeDir: string;
  /** What the code is made of, by paths relative to the app's folder, as far as that is known. */
  readonly sources: readonly string[];
}

type Swap = () => Promise<{ readonly drained: Promise<void> }>;

export interface Target {
  /** Gets ready for other code. @param codeDir empty until the result is called, which swaps the code */
  prepareCode(name: string, codeDir: string): Swap;
}

interface Next {
  readonly codeDir: string;
  readonly swap: Swap;
}

interface Known extends WatchedFunction {
  /** Of its last bundle. */
  inputs: ReadonlySet<string>;
  codeDir: string;
  /** What its next code is written to. */
  next?: Next | undefined;
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
  readonly #sources: Pick<SourceWatcher, 'include'>;
  readonly #log: Log;
  readonly #bundler: Bundler;
  #foldersMade = 0;
  #functions: readonly Known[] = [];
  #isStopped = false;

  /**
   * @param o.folder of the app, where its sources are
   * @param o.codeDir takes the code that is made
   * @param o.sources learns what functions are made of
   */
  constructor(o: {
    folder: string;
    codeDir: string;
    target: Target;
    sources: Pick<SourceWatcher, 'include'>;
    log: Log;
  }) {
    this.#folder = o.folder;
    this.#codeDir = o.codeDir;
    this.#bundler = new Bundler(o.folder);
    this.#target = o.target;
    this.#sources = o.sources;
    this.#log = o.log;
  }

  /** Begins with what the functions run now. */
  async start(functions: readonly WatchedFunction[]): Promise<void> {
    // Of a former run: this one has begun with what the templates have.
    await rm(this.#codeDir, { recursive: true, force: true });
    this.follow(functions);
  }

  /** Goes on with what the functions run now, after a deployment. */
  follow(functions: readonly WatchedFunction[]): void {
    this.#functions = functions.map((each) => {
      const former = this.#functions.find(({ name, codeDir }) => name === each.name && codeDir === each.codeDir);
      return { inputs: new Set([each.recipe.entry, ...each.sources]), isBroken: false, ...former, ...each };
    });
    this.#sources.include(this.inputs());
  }

  /** The files that the functions are made of, by their paths below the app's folder, packages included. */
  inputs(): ReadonlySet<string> {
    return new Set(this.#functions.flatMap(({ inputs }) => [...inputs]));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#bundler.stop();
  }

  /** Reloads the functions that are made of these files, by their paths below the app's folder. */
  async reload(files: readonly string[]): Promise<void> {
    const begun = performance.now();
    const affected = this.#functions.filter(
      // What is broken may lack a file that nobody knows of.
      ({ inputs, isBroken }) => isBroken || files.some((file) => inputs.has(file)),
    );
    const swapped = await Promise.all(affected.map((each) => this.#rebuild(each, affected.length <= MOST_PREPARED)));
    const labels = affected.filter((_, index) => swapped[index]).map(({ label }) => label);
    if (labels.length === 0) return;
    this.#log.info(`reloaded ${labels.sort().join(', ')} in ${Math.round(performance.now() - begun)} ms`);
  }

  /** @returns whether there is other code now */
  async #rebuild(known: Known, isPrepared: boolean): Promise<boolean> {
    try {
      // Beside the bundling, which takes about as long.
      if (isPrepared) known.next ??= this.#prepare(known);
      const made = await this.#bundler.bundle(known.recipe);
      known.inputs = new Set(made.inputs);
      this.#sources.include(made.inputs);
      known.isBroken = false;
      if (await isSame(known.codeDir, made)) return false;
      const { codeDir, swap } = known.next ?? this.#prepare(known);
      known.next = undefined;
      await writeBundle(this.#folder, known.recipe, made, codeDir);
      const former = known.codeDir;
      const { drained } = await swap();
      known.codeDir = codeDir;
      void drained
        .then(async () => {
          await this.#remove(former);
          this.#prepareAhead(known);
        })
        .catch((error: Error) => this.#log.debug(error.message));
      return true;
    } catch (error) {
      known.isBroken = true;
      this.#log.error(await buildFailureText(error, known.label, 'code'));
      return false;
    }
  }

  /** What was saved is likely to be saved again, so its next process is there before that. */
  #prepareAhead(known: Known): void {
    const prepared = this.#functions.filter(({ next }) => next !== undefined);
    if (!this.#isStopped && prepared.length < MOST_PREPARED) known.next ??= this.#prepare(known);
  }

  #prepare({ name }: Known): Next {
    this.#foldersMade += 1;
    const codeDir = join(this.#codeDir, String(this.#foldersMade));
    mkdirSync(codeDir, { recursive: true });
    return { codeDir, swap: this.#target.prepareCode(name, codeDir) };
  }

  /** Removes code that was made here and that nothing runs any more. */
  async #remove(codeDir: string): Promise<void> {
    if (dirname(codeDir) !== this.#codeDir) return;
    await rm(codeDir, { recursive: true, force: true }).catch((error: Error) => this.#log.debug(error.message));
  }
}

async function isSame(codeDir: string, { files }: Bundle): Promise<boolean> {
  const [name = '', contents] = [...files].find(([file]) => !file.endsWith('.map')) ?? [];
  const present = await readFile(join(codeDir, name)).catch(() => undefined);
  return present !== undefined && contents !== undefined && present.equals(contents);
}
