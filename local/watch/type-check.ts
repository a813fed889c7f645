import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Log } from '../../tooling/log.ts';
import { signalGroup } from '../../tooling/processes.ts';

/** Such as `src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.`; some have no place. What explains it is indented. */
const ERROR = /^(?:(\S.*)\((\d+),(\d+)\): )?error (TS\d+): (.*)$/gm;
const MOST_TOLD = 10;
const CONFIGURATION = 'tsconfig.json';

/** Whether a file can have to do with types, by its name. */
export function isTyped(file: string): boolean {
  return /\.([cm]?[jt]sx?|json)$/.test(file);
}

/**
 * Tells the type errors of an app's sources, a line each, while their code is served already: bundling strips types and checks none. It runs
 * the app's own TypeScript with the `tsconfig.json` of the app, and with those in folders below it that have one of their own, once something there was saved. It is a
 * process that everything else goes before.
 */
export class TypeCheck {
  readonly #folder: string;
  readonly #stateDir: string;
  readonly #log: Log;
  /** Folders with a `tsconfig.json`, relative to the app's. */
  readonly #projects = new Set(['']);
  #told: ReadonlySet<string> = new Set();
  #child: ChildProcess | undefined;
  /** How often a check was begun or ended: what belongs to an earlier one is told to nobody. */
  #round = 0;

  /**
   * @param o.folder of the app
   * @param o.stateDir keeps what TypeScript knows, so that it checks again only what a change affects
   */
  constructor(o: { folder: string; stateDir: string; log: Log }) {
    this.#folder = o.folder;
    this.#stateDir = o.stateDir;
    this.#log = o.log;
  }

  /**
   * Begins to check the sources as they are now. Nothing happens for an app without TypeScript or `tsconfig.json`.
   *
   * @param files what was saved, by paths relative to the app's folder
   */
  async begin(files: readonly string[]): Promise<void> {
    await this.stop();
    for (const file of files) this.#projects.add(this.#projectOf(dirname(file)));
    const compiler = compilerOf(this.#folder);
    if (compiler !== undefined) void this.#check(compiler, this.#round);
  }

  /** Ends a check that is under way; nothing is told of it. */
  async stop(): Promise<void> {
    this.#round += 1;
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    signalGroup(child.pid, 'SIGKILL');
    await gone;
  }

  /** The nearest folder, from this one upwards, that has a configuration. */
  #projectOf(dir: string): string {
    if (dir === '.' || dir.startsWith('..')) return '';
    return existsSync(join(this.#folder, dir, CONFIGURATION)) ? dir : this.#projectOf(dirname(dir));
  }

  async #check(compiler: string, round: number): Promise<void> {
    const errors = new Set<string>();
    for (const project of this.#projects) {
      const { output, failure } = await this.#run(compiler, project);
      if (this.#round !== round) return;
      if (failure !== '') return this.#log.warn(`types are not checked: ${failure.trim()}`);
      for (const [, file, line, column, code, message] of output.matchAll(ERROR)) {
        errors.add(`${file ? `${file}:${line}:${column} ` : ''}${message} (${code})`);
      }
    }
    this.#tell(errors);
  }

  /** Side by side, they would take the memory and the processors of several. */
  async #run(compiler: string, project: string): Promise<{ output: string; failure: string }> {
    const stateFile = join(this.#stateDir, `${project.replaceAll('/', '-') || 'app'}.tsbuildinfo`);
    const options = ['--noEmit', '--incremental', '--tsBuildInfoFile', stateFile, '--pretty', 'false'];
    const child = spawn(process.execPath, [compiler, ...options, '--project', join(this.#folder, project)], {
      cwd: this.#folder,
      // TypeScript 7 would take all processors.
      env: { ...process.env, GOMAXPROCS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // It has a process of its own.
      detached: true,
    });
    this.#child = child;
    child.once('error', (error) => this.#log.warn(`types are not checked: ${error.message}`));
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    const [output, failure] = await Promise.all([text(child.stdout as Readable), text(child.stderr as Readable)]);
    return { output, failure };
  }

  #tell(errors: ReadonlySet<string>): void {
    const isNew = [...errors].filter((error) => !this.#told.has(error));
    for (const error of isNew.slice(0, MOST_TOLD)) this.#log.warn(error);
    if (isNew.length > MOST_TOLD) this.#log.warn(`and ${isNew.length - MOST_TOLD} more type errors`);
    if (errors.size === 0 && this.#told.size > 0) this.#log.info('no type errors any more');
    this.#told = errors;
  }
}

/** The program of the app's TypeScript; undefined when the app has none, or no configuration for it. */
function compilerOf(folder: string): string | undefined {
  if (!existsSync(join(folder, CONFIGURATION))) return undefined;
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('typescript/package.json');
    return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.tsc);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
