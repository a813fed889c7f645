import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { cdkEnvironment } from '../../tooling/environment.ts';
import { UserError } from '../../tooling/errors.ts';
import type { Log } from '../../tooling/log.ts';
import { signalGroup } from '../../tooling/processes.ts';
import { fingerprint } from './fingerprint.ts';

/** Between the lines that tell that a slow machine is still at it. */
const PROGRESS_MS = 15_000;

/** A CDK app: the folder with its `cdk.json`, its context beside that, and how to see whether it has changed. */
export interface CdkApp {
  readonly folder: string;
  /** In place of what `cdk.json` calls. */
  readonly command?: string;
  /** Given as `-c key=value`. */
  readonly context: Readonly<Record<string, string>>;
  /** The files that cannot change what is synthesized, where that is known. Otherwise the app is synthesized each time. */
  readonly irrelevant?: RegExp;
}

/**
 * Runs `cdk synth`, unless the same sources and context have been synthesized before.
 *
 * @param options.dir keeps the assemblies, each in a folder of its own: a run may be using another one
 * @returns the folder of the cloud assembly
 * @throws UserError with the CDK's own output when the app cannot be synthesized, or when the path has a `*`; the signal's reason when that is aborted
 */
export async function synthesize(options: {
  app: CdkApp;
  dir: string;
  log: Pick<Log, 'info'>;
  signal?: AbortSignal;
}): Promise<string> {
  const { app, dir, log, signal } = options;
  const { folder, context, irrelevant } = app;
  const assembly = join(dir, irrelevant ? await fingerprint({ folder, irrelevant }, context) : 'latest');
  if (irrelevant && existsSync(assembly)) return assembly;

  refusePattern(folder);
  log.info(`synthesizing the CDK app${irrelevant ? ' (after a change only)' : ''}`);
  const start = performance.now();
  const progress = setInterval(() => {
    log.info(`still synthesizing the CDK app, after ${Math.round((performance.now() - start) / 1000)} s`);
  }, PROGRESS_MS);
  const work = `${assembly}.${process.pid}.draft`;
  const output = join(work, 'cdk.out');
  const home = join(work, 'home');
  try {
    await mkdir(home, { recursive: true });
    await runCdkSynth({ app, output, home, signal });
    await rm(assembly, { recursive: true, force: true });
    await rename(output, assembly);
  } finally {
    clearInterval(progress);
    await rm(work, { recursive: true, force: true });
  }
  return assembly;
}

/** esbuild takes the path of a function for a pattern. @throws UserError for a folder in which that matters */
function refusePattern(folder: string): void {
  if (!folder.includes('*')) return;
  throw new UserError(
    `The functions cannot be bundled in ${folder} because of the character * in that path. Move the project to a folder without it.`,
  );
}

/** Removes all assemblies of a folder but one. */
export async function removeOtherAssemblies(assembly: string): Promise<void> {
  const dir = dirname(assembly);
  const others = (await readdir(dir)).filter((name) => name !== basename(assembly));
  await Promise.all(others.map((name) => rm(join(dir, name), { recursive: true, force: true })));
}

async function runCdkSynth(o: {
  app: CdkApp;
  output: string;
  home: string;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { app, output, home, signal } = o;
  const cdk = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin', 'cdk');
  const contextFlags = Object.entries(app.context).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
  const appFlags = app.command === undefined ? [] : ['--app', app.command];
  const args = [cdk, 'synth', '--quiet', '--output', output, ...appFlags, ...contextFlags];
  const child = spawn(process.execPath, args, {
    cwd: app.folder,
    env: cdkEnvironment(home),
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a group of its own it ends with all that it has started: the app, and the bundlers of functions.
    detached: true,
  });
  const end = () => child.pid && signalGroup(child.pid, 'SIGKILL');
  signal?.addEventListener('abort', end);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const [status] = await once(child, 'close').finally(() => signal?.removeEventListener('abort', end));
  signal?.throwIfAborted();
  if (status !== 0) throw new UserError(`The CDK app cannot be synthesized:\n${printed.trim()}`);
}
