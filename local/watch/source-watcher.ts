import { once } from 'node:events';
import { basename, join, relative, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import type { Log } from '../../tooling/log.ts';
import { isGenerated } from '../assembly/fingerprint.ts';

/** Editors and version control write in bursts. */
const SETTLE_MS = 25;

/** Told which files were saved, removed or added, by their paths below the app's folder, with `/` as separator. */
export type SaveListener = (files: readonly string[]) => Promise<void>;

/**
 * Watches the folder of an app, and tells listeners what was saved: what comes in a burst at once, and what comes while they are at work
 * once they are done. Packages change with an installation, which needs a start, so nobody is told of those.
 */
export class SourceWatcher {
  readonly #folder: string;
  readonly #log: Log;
  readonly #listeners: SaveListener[] = [];
  readonly #changed = new Set<string>();
  /** Absolute paths. */
  readonly #apart = new Set<string>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(o: { folder: string; log: Log }) {
    this.#folder = o.folder;
    this.#log = o.log;
  }

  /**
   * Watches these sources wherever they are: also outside of the app's folder, or where only tools write. Packages are left out.
   *
   * @param files by their paths relative to the app's folder
   */
  include(files: Iterable<string>): void {
    for (const file of files) {
      const path = join(this.#folder, file);
      if (this.#apart.has(path) || !isApart(file)) continue;
      this.#apart.add(path);
      this.#watcher?.add(path);
    }
  }

  /** Listeners are told side by side. What one throws is logged. */
  listen(listener: SaveListener): void {
    this.#listeners.push(listener);
  }

  async start(): Promise<void> {
    // Not `fs.watch`, which on Linux loses a file that an editor replaces by another one.
    const watcher = watch([this.#folder, ...this.#apart], {
      ignoreInitial: true,
      ignored: (path) => path !== this.#folder && !this.#apart.has(path) && isPassedOver(path),
    });
    watcher.on('all', (_, path) => this.#note(this.#pathOf(path)));
    watcher.on('error', (error) => this.#log.warn(`changes of sources may go unnoticed: ${(error as Error).message}`));
    this.#watcher = watcher;
    // Until then, what it finds is not a change.
    await once(watcher, 'ready');
  }

  /** Tells the listeners that everything was saved; resolves once they are done. */
  async tellEverything(): Promise<void> {
    for (const [folder, names] of Object.entries(this.#watcher?.getWatched() ?? {})) {
      for (const name of names) this.#changed.add(this.#pathOf(join(folder, name)));
    }
    clearTimeout(this.#timer);
    this.#work = this.#work.then(() => this.#tell());
    await this.#work;
  }

  /** Ends once the listeners are done with what they are at. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#watcher?.close();
    await this.#work;
  }

  #pathOf(path: string): string {
    return relative(this.#folder, path).replaceAll(sep, '/');
  }

  #note(file: string): void {
    this.#changed.add(file);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#work = this.#work.then(() => this.#tell());
    }, SETTLE_MS);
  }

  async #tell(): Promise<void> {
    if (this.#isStopped || this.#changed.size === 0) return;
    const files = [...this.#changed];
    this.#changed.clear();
    const outcomes = await Promise.allSettled(this.#listeners.map((listener) => listener(files)));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') this.#log.error('what was saved has no effect: %o', outcome.reason);
    }
  }
}

function isPassedOver(path: string): boolean {
  return basename(path).startsWith('.') || isGenerated(path);
}

/** Whether a source, by its path relative to the app's folder, is not among what is watched there, though it belongs to no package. */
function isApart(file: string): boolean {
  const segments = file.split('/');
  return !segments.includes('node_modules') && segments.some(isPassedOver);
}
