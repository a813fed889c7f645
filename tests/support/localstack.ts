import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Addresses } from '../../local/start.ts';
import type { Running } from '../../localstack/running.ts';
import { GaveUp, waitFor } from './run.ts';

const DATABASES = ['orders_shard1', 'orders_shard2'];

/** A copy of the project with everything on LocalStack, without Docker. */
export interface LocalStackRun {
  /** Whose sources a test may change; its path has a blank in it. */
  readonly project: string;
  readonly dataDir: string;
  readonly running: Running;
  /** As the local run has them, so that the same clients serve. The site is at its bucket's website address. */
  readonly addresses: Addresses;
  readonly pid: number;
  output(): string;
  /** Runs a command of `npm run localstack` to its end. */
  command(...args: string[]): Promise<{ code: number | null; output: string; seconds: number }>;
  /** Sends a signal to what runs it and waits for its end. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts `npm run localstack -- up --no-docker` on free ports and waits until it says that everything is up.
 *
 * @throws Error with everything it printed when it ends or takes longer than five minutes
 */
export async function upLocalStack(project: string): Promise<LocalStackRun> {
  const dataDir = join(project, 'data');
  const env = {
    ...process.env,
    ...Object.fromEntries(['API', 'AWS', 'KAFKA', 'SHARD1', 'SHARD2'].map((part) => [`ORDERFLOW_${part}_PORT`, '0'])),
    ORDERFLOW_DATA_DIR: dataDir,
  };
  const { child, output } = launchCommand(project, ['up', '--no-docker'], env);
  await waitFor(
    () => {
      if (child.exitCode !== null) throw new GaveUp(`It ended with code ${child.exitCode}:\n${output()}`);
      if (!output().includes('Ctrl-C ends')) throw new Error(`not ready yet:\n${output()}`);
    },
    { seconds: 300 },
  );
  const running = JSON.parse(readFileSync(join(dataDir, 'localstack/running.json'), 'utf8')) as Running;
  return {
    project,
    dataDir,
    running,
    addresses: addressesOf(running),
    pid: child.pid as number,
    output,
    async command(...args) {
      const begun = performance.now();
      const command = launchCommand(project, args, env);
      const [code] = (await once(command.child, 'close')) as [number | null];
      return { code, output: command.output(), seconds: (performance.now() - begun) / 1_000 };
    },
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill(signal);
        await ended;
      }
      return child.exitCode;
    },
  };
}

function launchCommand(project: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const child: ChildProcess = spawn(process.execPath, ['localstack/main.ts', ...args], {
    cwd: project,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  return { child, output: () => printed };
}

function addressesOf({ apiUrl, localStackUrl, kafka, shards, passwords }: Running): Addresses {
  const url = (address: string, name: string) => `postgres://orderuser:${passwords.application}@${address}/${name}`;
  return {
    api: apiUrl,
    site: `http://orderflow-dev-site.s3-website.localhost:${new URL(localStackUrl).port}`,
    aws: localStackUrl,
    kafka,
    databases: Object.fromEntries(
      shards.map((address, index) => [DATABASES[index], url(address, DATABASES[index] ?? '')]),
    ),
  };
}
