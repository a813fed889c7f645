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

/** Whether a file can have to do with types, by its name. */
export function isTyped(file: string): boolean {
  return /\.([cm]?[jt]sx?|json)$/.test(file);
}

/**
 * Tells the type errors of an app's sources, a line each, while their code is served already: bundling strips types and checks none. It runs
 * the app's own TypeScript on the app's `tsconfig.json`, in a process that everything else goes before.
 */
export class TypeCheck {
  readonly #folder: string;
  readonly #stateFile: string;
  readonly #log: Log;
  #told: ReadonlySet<string> = new Set();
  #child: ChildProcess | undefined;

  /**
   * @param o.folder of the app
   * @param o.stateFile keeps what TypeScript knows, so that it checks again only what a change affects
   */
  constructor(o: { folder: string; stateFile: string; log: Log }) {
    this.#folder = o.folder;
    this.#stateFile = o.stateFile;
    this.#log = o.log;
  }

  /** Begins to check the sources as they are now. Nothing happens for an app without TypeScript or `tsconfig.json`. */
  async begin(): Promise<void> {
    await this.stop();
    const compiler = compilerOf(this.#folder);
    if (compiler === undefined) return;
    const options = ['--noEmit', '--incremental', '--tsBuildInfoFile', this.#stateFile, '--pretty', 'false'];
    const child = spawn(process.execPath, [compiler, ...options, '--project', this.#folder], {
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
    void this.#report(child);
  }

  /** Ends a check that is under way; nothing is told of it. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    signalGroup(child.pid, 'SIGKILL');
    await gone;
  }

  async #report(child: ChildProcess): Promise<void> {
    const [output, failure] = await Promise.all([text(child.stdout as Readable), text(child.stderr as Readable)]);
    if (this.#child !== child) return;
    const errors = [...output.matchAll(ERROR)].map(
      ([, file, line, column, code, message]) => `${file ? `${file}:${line}:${column} ` : ''}${message} (${code})`,
    );
    const isNew = errors.filter((error) => !this.#told.has(error));
    for (const error of isNew.slice(0, MOST_TOLD)) this.#log.warn(error);
    if (isNew.length > MOST_TOLD) this.#log.warn(`and ${isNew.length - MOST_TOLD} more type errors`);
    if (failure !== '') this.#log.warn(`types are not checked: ${failure.trim()}`);
    else if (errors.length === 0 && this.#told.size > 0) this.#log.info('no type errors any more');
    this.#told = new Set(errors);
  }
}

/** The program of the app's TypeScript; undefined when the app has none, or no configuration for it. */
function compilerOf(folder: string): string | undefined {
  if (!existsSync(join(folder, 'tsconfig.json'))) return undefined;
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('typescript/package.json');
    return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.tsc);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
