import { once } from 'node:events';
import { join } from 'node:path';
import { type Running, runningFileOf } from '../../localstack/running.ts';
import type { OwnAddresses } from '../../scripts/own-addresses.ts';
import { localStackDirOf } from '../../tooling/paths.ts';
import { launch, type Run, untilWritten } from './run.ts';

const DATABASES = ['orders_shard1', 'orders_shard2'];

/** A copy of the project with everything on LocalStack, without Docker. */
export interface LocalStackRun extends Run {
  /** Whose sources a test may change; its path has a blank in it. */
  readonly project: string;
  readonly running: Running;
  /** Runs a command of `npm run localstack` to its end. */
  command(...args: string[]): Promise<{ code: number | null; output: string; seconds: number }>;
}

/**
 * Starts `npm run localstack -- up --no-docker` on free ports and waits until everything is up.
 *
 * @throws Error with everything it printed when it ends or takes longer than five minutes
 */
export async function upLocalStack(project: string): Promise<LocalStackRun> {
  const dataDir = join(project, 'data');
  const ports = ['API', 'AWS', 'KAFKA', 'POSTGRES'].map((part) => [`ORDERFLOW_${part}_PORT`, '0']);
  const env = { ...process.env, ...Object.fromEntries(ports), ORDERFLOW_DATA_DIR: dataDir };
  const launchCommand = (...args: string[]) => launch('localstack/main.ts', args, { env, project });

  const file = runningFileOf(localStackDirOf(dataDir));
  const { process: up, written: running } = await untilWritten<Running>(launchCommand('up', '--no-docker'), file, 300);
  return {
    ...up,
    project,
    dataDir,
    running,
    addresses: addressesOf(running),
    async command(...args) {
      const begun = performance.now();
      const { child, output } = launchCommand(...args);
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output: output(), seconds: (performance.now() - begun) / 1_000 };
    },
  };
}

/** As the local run has them, so that the same clients serve; the site is at its bucket's website address. */
function addressesOf({ apiUrl, localStackUrl, kafka, shards, passwords }: Running): OwnAddresses {
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
