import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { CloudAssembly } from '@aws-cdk/cloud-assembly-api';
import { readJsonFile } from '../../tooling/json-file.ts';
import type { Log } from '../../tooling/log.ts';
import { AppProcess } from './app-process.ts';
import { type CdkApp, type NodeApp, nodeAppOf } from './cdk-app.ts';
import { runCdkSynth } from './cdk-command.ts';
import { fingerprint } from './fingerprint.ts';

/** Between the lines that tell that a slow machine is still at it. */
const PROGRESS_MS = 15_000;
/** In an assembly: the files that the app was loaded from. */
const MODULES_FILE = 'modules.json';
/** What takes an app longest to load, whatever else it imports. */
const CDK_PACKAGES = /\/node_modules\/(aws-cdk-lib|constructs)\//;

export interface SynthesizerOptions {
  readonly app: CdkApp;
  /** Keeps the assemblies, each in a folder of its own: a run may be using another one. */
  readonly dir: string;
  readonly log: Pick<Log, 'info'>;
}

/** Synthesizes a CDK app, and can get ready for the next time. */
export class Synthesizer {
  readonly #app: CdkApp;
  readonly #dir: string;
  readonly #log: Pick<Log, 'info'>;
  #warm: AppProcess | undefined;

  constructor({ app, dir, log }: SynthesizerOptions) {
    this.#app = app;
    this.#dir = dir;
    this.#log = log;
  }

  /**
   * Synthesizes the app, unless the same sources and context have been synthesized before.
   *
   * @param o.reuse what was synthesized of an app of which nothing is known, too; and says nothing of a synthesis that takes a moment
   * @returns the folder of the cloud assembly
   * @throws UserError with what the app or the CDK says when the app cannot be synthesized; the signal's reason when that is aborted
   */
  async synthesize(signal?: AbortSignal, { reuse = false }: { reuse?: boolean } = {}): Promise<string> {
    const { context, irrelevant } = this.#app;
    const assembly = join(this.#dir, await fingerprint(this.#app, context));
    if ((irrelevant || reuse) && existsSync(assembly)) return assembly;

    if (!reuse) this.#log.info(`synthesizing the CDK app${irrelevant ? ' (after a change only)' : ''}`);
    const start = performance.now();
    const progress = setInterval(() => {
      this.#log.info(`still synthesizing the CDK app, after ${Math.round((performance.now() - start) / 1000)} s`);
    }, PROGRESS_MS);
    const work = `${assembly}.${process.pid}.draft`;
    const output = join(work, 'cdk.out');
    try {
      await mkdir(work, { recursive: true });
      await this.#run(work, output, signal);
      // What was saved meanwhile may be in it, or not: nobody finds it again.
      const isSettled = join(this.#dir, await fingerprint(this.#app, context)) === assembly;
      const place = isSettled ? assembly : `${assembly}-${randomBytes(4).toString('hex')}`;
      await rm(place, { recursive: true, force: true });
      await rename(output, place);
      return place;
    } finally {
      clearInterval(progress);
      await rm(work, { recursive: true, force: true });
    }
  }

  /**
   * Starts a process that has loaded what the app loads of the CDK, so that the next synthesis takes less time.
   *
   * @param assembly of the last synthesis
   */
  async warmUp(assembly: string): Promise<void> {
    const app = await nodeAppOf(this.#app);
    if (!app || this.#warm?.isOf(app)) return;
    const packages = modulesOf(assembly).filter((file) => CDK_PACKAGES.test(file));
    const former = this.#warm;
    this.#warm = this.#start(app, packages);
    await former?.stop();
  }

  /** Ends what was started for the next time. */
  async stop(): Promise<void> {
    await this.#warm?.stop();
    this.#warm = undefined;
  }

  async #run(work: string, output: string, signal: AbortSignal | undefined): Promise<void> {
    const app = await nodeAppOf(this.#app);
    const byCdk = () => runCdkSynth({ app: this.#app, output, home: join(work, 'home'), signal });
    if (!app) return byCdk();
    const warm = this.#warm;
    this.#warm = undefined;
    const process = warm?.isOf(app) ? warm : this.#start(app, []);
    if (process !== warm) await warm?.stop();
    await process.synthesize({ output, modulesFile: join(work, MODULES_FILE), context: app.context, signal });
    await rename(join(work, MODULES_FILE), join(output, MODULES_FILE));
    // The command line has words for that, and looks up what the app lacks.
    if (isIncomplete(output)) await byCdk();
  }

  #start(app: NodeApp, packages: readonly string[]): AppProcess {
    const cacheDir = join(dirname(this.#dir), 'compile-cache');
    return new AppProcess({ folder: this.#app.folder, app, packages, cacheDir });
  }
}

/** As {@link Synthesizer.synthesize}, for one time. */
export async function synthesize({
  signal,
  ...options
}: SynthesizerOptions & { readonly signal?: AbortSignal }): Promise<string> {
  return new Synthesizer(options).synthesize(signal);
}

/**
 * The app's own sources that an assembly was made by, by their paths in its folder; undefined when that is not known, such as after the folder
 * was moved.
 */
export function appModules(assembly: string, folder: string): ReadonlySet<string> | undefined {
  const files = modulesOf(assembly).map((file) => relative(folder, file));
  const own = files.filter((file) => !/^\.\.|node_modules/.test(file));
  return own.length === 0 ? undefined : new Set(own);
}

/** Removes all assemblies of a folder but some. */
export async function removeOtherAssemblies(...kept: readonly [string, ...string[]]): Promise<void> {
  const dir = dirname(kept[0]);
  const names = new Set(kept.map((assembly) => basename(assembly)));
  const others = (await readdir(dir)).filter((name) => !names.has(name));
  await Promise.all(others.map((name) => rm(join(dir, name), { recursive: true, force: true })));
}

function modulesOf(assembly: string): readonly string[] {
  return readJsonFile<string[]>(join(assembly, MODULES_FILE)) ?? [];
}

/** Whether something in an assembly lacks a value, or was reported as an error by the app, its aspects or its plugins. */
function isIncomplete(output: string): boolean {
  const assembly = new CloudAssembly(output);
  const report = readJsonFile<{ pluginReports?: { conclusion: string }[] }>(join(output, 'validation-report.json'));
  return (
    (assembly.manifest.missing ?? []).length > 0 ||
    assembly.stacksRecursively.some(({ messages }) => messages.some(({ level }) => level === 'error')) ||
    (report?.pluginReports ?? []).some(({ conclusion }) => conclusion === 'failure')
  );
}
