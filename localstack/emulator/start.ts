import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Engine, supervise } from '../../local/engines/processes/supervise.ts';
import { makeRuntimeFolder } from '../../local/services/lambda/runtime-folder.ts';
import { programEnvironment } from '../../tooling/environment.ts';
import type { Log } from '../../tooling/log.ts';
import { freePort } from '../../tooling/ports.ts';
import { pollWithin } from '../../tooling/timing.ts';
import { isHealthy } from '../clients.ts';
import { FunctionHost } from './function-host.ts';

export interface EmulatorOptions {
  /** The interpreter of the environment that `installLocalStack` made. */
  readonly python: string;
  /** Folder for LocalStack's files. They are lost at the next start: this edition has no persistence. */
  readonly dir: string;
  readonly runDir: string;
  /** 0 means any free one. */
  readonly port: number;
  readonly log: Log;
  /** Gives the start up when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Further settings of LocalStack, as variables. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Emulator extends Engine {
  readonly port: number;
  readonly url: string;
}

const EXECUTOR = join(import.meta.dirname, 'process-executor');
const READY_WITHIN_MS = 60_000;
const HEALTHY_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 8_000;

/**
 * Starts LocalStack on loopback, with its functions as processes of this machine. It neither fetches nor reports anything.
 *
 * @throws Error with the last lines of its output when it does not start
 */
export async function startLocalStack(options: EmulatorOptions): Promise<Emulator> {
  const { log } = options;
  const port = options.port || (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const runtimeDir = join(options.dir, 'runtime');
  await makeRuntimeFolder(runtimeDir);
  const host = new FunctionHost({ runtimeDir, log });
  try {
    const server = await superviseLocalStack(options, port, host);
    await waitUntilHealthy(url, server, options.signal);
    return {
      port,
      url,
      get pid() {
        return server.pid;
      },
      async stop() {
        // The host first: LocalStack waits for running functions.
        await host.stop();
        await server.stop();
      },
    };
  } catch (error) {
    await host.stop();
    throw error;
  }
}

async function superviseLocalStack(
  { python, dir, runDir, log, signal, variables }: EmulatorOptions,
  port: number,
  host: FunctionHost,
): Promise<Engine> {
  const hostAddress = await host.listen();
  let starts = 0;
  return supervise({
    name: 'localstack',
    runDir,
    async prepare() {
      starts += 1;
      if (starts > 1) log.warn('LocalStack has lost what was deployed: deploy again');
      await host.reset();
      await makeFolders(dir);
      return {
        command: python,
        args: [EXECUTOR],
        cwd: dir,
        env: { ...environment(dir, port), FUNCTION_HOST: hostAddress, ...variables },
      };
    },
    isReady: (line) => line === 'Ready.',
    readyWithinMs: READY_WITHIN_MS,
    onLine: (line) => (/^\S+ +ERROR --- /.test(line) ? log.error(line) : log.debug(line)),
    stopSignal: 'SIGTERM',
    stopWithinMs: STOP_WITHIN_MS,
    signal,
    log,
  });
}

/** https://docs.localstack.cloud/references/configuration/ */
function environment(dir: string, port: number): NodeJS.ProcessEnv {
  return {
    ...programEnvironment(),
    // Otherwise profiles, caches and functions' code would go into the user's own folders.
    HOME: join(dir, 'home'),
    TMPDIR: join(dir, 'tmp'),
    FILESYSTEM_ROOT: join(dir, 'files'),
    PYTHONDONTWRITEBYTECODE: '1',
    // In a container, LocalStack would believe it is in its own image and write to /var/lib.
    OVERRIDE_IN_DOCKER: '0',
    GATEWAY_LISTEN: `127.0.0.1:${port}`,
    LAMBDA_RUNTIME_EXECUTOR: 'process',
    // Presigned URLs expire, as on AWS.
    S3_SKIP_SIGNATURE_VALIDATION: '0',
    // No telemetry, no certificate from the internet, no name server.
    DISABLE_EVENTS: '1',
    SKIP_SSL_CERT_DOWNLOAD: '1',
    DNS_ADDRESS: '0',
  };
}

async function makeFolders(dir: string): Promise<void> {
  for (const name of ['files', 'tmp']) await rm(join(dir, name), { recursive: true, force: true });
  for (const name of ['files', 'tmp', 'home']) await mkdir(join(dir, name), { recursive: true });
}

async function waitUntilHealthy(url: string, server: Engine, signal: AbortSignal | undefined): Promise<void> {
  if (await pollWithin(HEALTHY_WITHIN_MS, () => signal?.aborted || isHealthy(url))) return;
  await server.stop();
  throw new Error(
    `LocalStack was not healthy after ${HEALTHY_WITHIN_MS / 1000} s. \`run.log\` in the data folder holds its output.`,
  );
}
