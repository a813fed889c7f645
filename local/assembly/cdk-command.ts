import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cdkEnvironment } from '../../tooling/environment.ts';
import { UserError } from '../../tooling/errors.ts';
import { signalGroup } from '../../tooling/processes.ts';
import type { CdkApp } from './cdk-app.ts';
import { failureText } from './synthesis-failure.ts';

/**
 * Runs `cdk synth`.
 *
 * @param o.output receives the cloud assembly
 * @param o.home a folder for the caches of the command
 * @throws UserError with the CDK's own output when the app cannot be synthesized; the signal's reason when that is aborted
 */
export async function runCdkSynth(o: {
  app: CdkApp;
  output: string;
  home: string;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { app, output, home, signal } = o;
  await mkdir(home, { recursive: true });
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
  if (status !== 0) throw new UserError(failureText(printed, app.folder));
}
