import type { Log } from '../../tooling/log.ts';
import type { Deployment } from '../assembly/deploy.ts';
import { loadAssembly } from '../assembly/load-assembly.ts';
import type { Change } from '../assembly/resource-change.ts';
import { appModules, removeOtherAssemblies, type Synthesizer } from '../assembly/synthesize.ts';
import type { Stack } from '../assembly/template.ts';
import { doneText, notDoneLines } from './change-report.ts';

interface Round {
  readonly later: boolean;
  readonly begun: number;
  readonly synthesisMs: number;
}

/** Builds parts of the app again without a synthesis. */
export interface Builder {
  /** The files that they are made of, by their paths in the app's folder. */
  inputs(): ReadonlySet<string>;
  reload(files: readonly string[]): Promise<void>;
}

export interface AppReloaderOptions {
  readonly folder: string;
  /** What the run began with. */
  readonly assembly: string;
  readonly synthesizer: Pick<Synthesizer, 'synthesize' | 'warmUp'>;
  readonly deployment: Pick<Deployment, 'apply' | 'check'>;
  /** What builds functions and sites by themselves. */
  readonly builders: readonly Builder[];
  /** Tells which of the app's sources are other ones than when it was asked before. */
  readonly sourceChanges: () => Promise<readonly string[]>;
  /** Lets the services know the templates, before anything is created. @throws UserError when they cannot run here */
  readonly prepare: (stacks: readonly Stack[]) => Promise<void>;
  /** Lets the services, and what watches functions, take over what the resources are now. */
  readonly settle: (signal: AbortSignal) => Promise<void>;
  /** The assemblies that something still runs from. */
  readonly inUse: () => readonly string[];
  /** How a person asks for what waits, such as a migration. */
  readonly remedy: string;
  readonly log: Log;
}

/**
 * Keeps a run as its app's sources are. What functions and sites alone are made of is built again; after any other change the app is synthesized, and
 * what differs is changed in the running system. Templates that cannot be made, or cannot run here, change nothing.
 */
export class AppReloader {
  readonly #options: AppReloaderOptions;
  readonly #ending = new AbortController();
  #assembly: string;
  /** Whether the last templates could not be made, or were applied in part. */
  #isBehind = false;
  #told = '';
  #work: Promise<void> = Promise.resolve();

  constructor(options: AppReloaderOptions) {
    this.#options = options;
    this.#assembly = options.assembly;
  }

  /** Takes in what was saved. @param files by their paths in the app's folder */
  saved(files: readonly string[]): Promise<void> {
    return this.#next(async () => this.#take(files, await this.#options.sourceChanges()));
  }

  /** Takes in what was saved during the start, when nobody watched yet. */
  catchUp(): Promise<void> {
    return this.#next(async () => {
      const changed = await this.#options.sourceChanges();
      if (changed.length > 0) await this.#take(changed, changed);
    });
  }

  /** Does what waits until a person asks for it: what custom resources do, such as migrations. */
  runLater(): Promise<void> {
    return this.#next(() => this.#synthesize({ later: true }));
  }

  /** Ends what is under way. */
  async stop(): Promise<void> {
    this.#ending.abort(new Error('the run ends'));
    await this.#work;
  }

  #next(work: () => Promise<void>): Promise<void> {
    const next = this.#work.then(work);
    this.#work = next.catch(() => {});
    return next;
  }

  /** @param changed those of the app's sources that are other ones than when this was last asked */
  async #take(files: readonly string[], changed: readonly string[]): Promise<void> {
    const { builders, folder } = this.#options;
    const inputs = new Set(builders.flatMap((builder) => [...builder.inputs()]));
    const modules = appModules(this.#assembly, folder);
    const ofApp = changed.filter((file) => !inputs.has(file) || (modules?.has(file) ?? true));
    // What functions alone are made of need not wait for the app. Otherwise they may need what the app is about to get.
    if (changed.every((file) => inputs.has(file))) await Promise.all(builders.map((builder) => builder.reload(files)));
    if (ofApp.length > 0 || this.#isBehind) await this.#synthesize();
  }

  async #synthesize({ later = false } = {}): Promise<void> {
    const { synthesizer, log } = this.#options;
    const begun = performance.now();
    try {
      const assembly = await synthesizer.synthesize(this.#ending.signal, { reuse: true });
      const synthesisMs = performance.now() - begun;
      if (assembly !== this.#assembly || this.#isBehind || later)
        await this.#apply(assembly, { later, begun, synthesisMs });
    } catch (error) {
      this.#isBehind = true;
      if (!this.#ending.signal.aborted) log.error('nothing was changed: %s', (error as Error).message);
    }
    void synthesizer.warmUp(this.#assembly).catch((error: Error) => log.debug(error.message));
  }

  /** @throws UserError for templates that change nothing, since they cannot run here */
  async #apply(assembly: string, how: Round): Promise<void> {
    const { deployment, prepare, settle, log } = this.#options;
    const { signal } = this.#ending;
    const stacks = loadAssembly(assembly);
    deployment.check(stacks);
    await prepare(stacks);
    // Events under way may still run from it.
    const former = this.#assembly;
    const changes: Change[] = [];
    try {
      await deployment.apply(stacks, signal, { changes, later: how.later });
      await settle(signal);
      this.#tell(changes, how);
      this.#isBehind = false;
    } catch (error) {
      this.#isBehind = true;
      if (!signal.aborted) log.error('%s', failureText(error as Error, changes));
    }
    this.#assembly = assembly;
    await removeOtherAssemblies(assembly, former, ...this.#options.inUse()).catch((error: Error) =>
      log.warn('former assemblies stay: %s', error.message),
    );
  }

  #tell(changes: readonly Change[], { later, begun, synthesisMs }: Round): void {
    const { log, remedy } = this.#options;
    const done = doneText(changes);
    if (done === '' && later) log.info('nothing waits');
    else if (done === '' && this.#isBehind) log.info('the app is what runs');
    else if (done !== '')
      log.info('%s in %s (synthesis %s)', done, seconds(performance.now() - begun), seconds(synthesisMs));
    // Said once, although it is found again each time.
    const lines = notDoneLines(changes, remedy).join('\n');
    if (lines !== '' && lines !== this.#told) log.warn('%s', lines);
    this.#told = lines;
  }
}

function failureText(error: Error, changes: readonly Change[]): string {
  const done = doneText(changes);
  const begun = done === '' ? 'Nothing was changed before that' : `Before that: ${done}`;
  return `${error.message}\n${begun}. The rest was not applied; save again once this is mended.`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
