import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cdkEnvironment } from '../../tooling/environment.ts';
import { UserError } from '../../tooling/errors.ts';
import { signalGroup } from '../../tooling/processes.ts';
import { REGION } from '../aws-identity.ts';
import type { NodeApp } from './cdk-app.ts';
import { failureText } from './synthesis-failure.ts';

/** Its URL: in a path, `--import` takes a `#` for a fragment. */
const WARM_UP = new URL('./warm-up.mjs', import.meta.url).href;

/**
 * A process of a CDK app that has loaded its packages, and runs the app once it is told where to. It runs once: modules cannot be loaded anew.
 */
export class AppProcess {
  readonly #child: ChildProcess;
  readonly #app: Pick<NodeApp, 'node' | 'file'>;
  readonly #home: string;
  readonly #folder: string;
  #printed = '';

  /**
   * @param o.folder of the app
   * @param o.packages the files that it loads ahead of time
   * @param o.cacheDir keeps what Node has compiled
   */
  constructor(o: {
    folder: string;
    app: Pick<NodeApp, 'node' | 'file'>;
    packages: readonly string[];
    cacheDir: string;
  }) {
    this.#folder = o.folder;
    this.#app = o.app;
    // Not in the person's folder for temporary files, which may be none.
    mkdirSync(o.cacheDir, { recursive: true });
    this.#home = mkdtempSync(join(o.cacheDir, 'home-'));
    this.#child = spawn(o.app.node, ['--import', WARM_UP, o.app.file], {
      cwd: o.folder,
      env: cdkEnvironment(this.#home, { NODE_COMPILE_CACHE: o.cacheDir, CDK_DEFAULT_REGION: REGION }),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // In a group of its own it ends with all that it has started, such as the bundlers of functions.
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text;
      });
    }
    // What it fails with is told by `synthesize`.
    this.#child.on('error', () => {});
    this.#send({ packages: o.packages });
  }

  /** Whether it runs another app than this one, or none any more. */
  isOf(app: Pick<NodeApp, 'node' | 'file'>): boolean {
    const { node, file } = this.#app;
    return node === app.node && file === app.file && this.#child.connected && this.#child.exitCode === null;
  }

  /**
   * Runs the app.
   *
   * @param o.output receives the cloud assembly
   * @param o.modulesFile receives the paths of the files that the app was loaded from, as a JSON array
   * @throws UserError with what the app printed when it fails, or ends without an assembly; the signal's reason when that is aborted
   */
  async synthesize(o: {
    output: string;
    modulesFile: string;
    context: NodeApp['context'];
    signal: AbortSignal | undefined;
  }): Promise<void> {
    const { output, modulesFile, context, signal } = o;
    const end = () => this.#kill();
    signal?.addEventListener('abort', end);
    try {
      signal?.throwIfAborted();
      await mkdir(output, { recursive: true });
      this.#send({
        variables: {
          CDK_OUTDIR: output,
          CDK_CONTEXT_JSON: JSON.stringify(context),
          // CloudFormation's own rules are what a deployment and `cdk synth` are for.
          CDK_VALIDATION: 'false',
        },
        modulesFile,
      });
      const status = await this.#ended();
      signal?.throwIfAborted();
      const isWritten = [join(output, 'manifest.json'), modulesFile].every((file) => existsSync(file));
      if (status === 0 && isWritten) return;
      const end =
        status === 0 ? 'It ended with status 0, but wrote no cloud assembly: does it exit before the synthesis?' : '';
      throw new UserError(failureText(`${this.#printed.trimEnd()}\n${end}`, this.#folder));
    } finally {
      signal?.removeEventListener('abort', end);
      await rm(this.#home, { recursive: true, force: true });
    }
  }

  /** Ends it, whatever it is at. */
  async stop(): Promise<void> {
    this.#kill();
    await this.#ended();
    await rm(this.#home, { recursive: true, force: true });
  }

  async #ended(): Promise<number | null> {
    const { exitCode, signalCode, pid } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return exitCode;
    const [status] = await once(this.#child, 'close');
    return status as number | null;
  }

  #send(message: object): void {
    // It may have ended, which `synthesize` tells.
    this.#child.send(message, () => {});
  }

  #kill(): void {
    if (this.#child.pid !== undefined) signalGroup(this.#child.pid, 'SIGKILL');
  }
}
