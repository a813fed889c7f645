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

/**
 * Runs `cdk synth`, unless the same sources and context have been synthesized before.
 *
 * @param options.dir keeps the assemblies, each in a folder of its own: a run may be using another one
 * @param options.context given as `-c key=value`
 * @returns the folder of the cloud assembly
 * @throws UserError with the CDK's own output when the app cannot be synthesized, or when the path has a `*`; the signal's reason when that is aborted
 */
export async function synthesize(options: {
  repository: string;
  dir: string;
  context: Readonly<Record<string, string>>;
  log: Pick<Log, 'info'>;
  signal?: AbortSignal;
}): Promise<string> {
  const { repository, dir, context, log, signal } = options;
  const assembly = join(dir, await fingerprint(repository, context));
  if (existsSync(assembly)) return assembly;

  refusePattern(repository);
  log.info('synthesizing the CDK app (after a change only)');
  const start = performance.now();
  const progress = setInterval(() => {
    log.info(`still synthesizing the CDK app, after ${Math.round((performance.now() - start) / 1000)} s`);
  }, PROGRESS_MS);
  const work = `${assembly}.${process.pid}.draft`;
  const output = join(work, 'cdk.out');
  const home = join(work, 'home');
  try {
    await mkdir(home, { recursive: true });
    await runCdkSynth({ repository, output, home, context, signal });
    await rename(output, assembly);
  } finally {
    clearInterval(progress);
    await rm(work, { recursive: true, force: true });
  }
  return assembly;
}

/** esbuild takes the path of a function for a pattern. @throws UserError for a folder in which that matters */
function refusePattern(repository: string): void {
  if (!repository.includes('*')) return;
  throw new UserError(
    `The functions cannot be bundled in ${repository} because of the character * in that path. Move the project to a folder without it.`,
  );
}

/** Removes all assemblies of a folder but one. */
export async function removeOtherAssemblies(assembly: string): Promise<void> {
  const dir = dirname(assembly);
  const others = (await readdir(dir)).filter((name) => name !== basename(assembly));
  await Promise.all(others.map((name) => rm(join(dir, name), { recursive: true, force: true })));
}

async function runCdkSynth(o: {
  repository: string;
  output: string;
  home: string;
  context: Readonly<Record<string, string>>;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { repository, output, home, context, signal } = o;
  const cdk = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin', 'cdk');
  const contextFlags = Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
  const args = [cdk, 'synth', '--quiet', '--output', output, ...contextFlags];
  const child = spawn(process.execPath, args, {
    cwd: repository,
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
