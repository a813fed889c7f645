import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { startKafka } from '../../local/engines/kafka/start-kafka.ts';
import { startPostgres } from '../../local/engines/postgres/start-postgres.ts';
import { supervise } from '../../local/engines/processes/supervise.ts';
import { programEnvironment } from '../../tooling/environment.ts';
import type { Log } from '../../tooling/log.ts';
import { runDirOf } from '../../tooling/paths.ts';
import { LocalStackApp } from '../assembly/app.ts';
import { publishedAssembly } from '../assembly/synthesize.ts';
import { startLocalStack } from '../emulator/start.ts';
import type { LocalStackSettings } from '../settings.ts';

const BRIDGE = fileURLToPath(new URL('../bridge/main.ts', import.meta.url));
const FRONT_DOOR = fileURLToPath(new URL('../front-door/main.ts', import.meta.url));

export interface ServersOptions {
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly settings: LocalStackSettings;
  readonly python: string;
  readonly assembly: string;
  readonly log: Log;
  /** Nothing more is started once it is aborted. */
  readonly signal: AbortSignal;
}

interface Server {
  stop(): Promise<unknown>;
}

/**
 * Starts what docker-compose.yml starts, as supervised processes of this machine.
 *
 * @param cleanup gets what ends them: triggers first, then the functions, engines last
 */
export async function startServers(options: ServersOptions, cleanup: AsyncDisposableStack): Promise<void> {
  const { settings, dataDir } = options;
  const localStackUrl = `http://127.0.0.1:${settings.ports.aws}`;
  const app = new LocalStackApp(options.assembly);
  await startTogether([...startDatabases(options, app), startBroker(options, app), startEmulator(options)], cleanup);
  options.signal.throwIfAborted();
  const ASSEMBLY = publishedAssembly(dataDir);
  const API_URL = localStackUrl + app.api.path;
  await startTogether(
    [
      startService(options, 'bridge', BRIDGE, { ASSEMBLY, LOCALSTACK_URL: localStackUrl }),
      startService(options, 'front-door', FRONT_DOOR, { ASSEMBLY, API_URL, PORT: String(settings.ports.api) }),
    ],
    cleanup,
  );
  options.signal.throwIfAborted();
}

/** Later ones are stopped earlier. When one fails, the others are awaited, so that they can be stopped too. */
async function startTogether(starts: readonly Promise<Server>[], cleanup: AsyncDisposableStack): Promise<void> {
  const outcomes = await Promise.allSettled(starts);
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') cleanup.defer(async () => void (await outcome.value.stop()));
  }
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

function startDatabases({ dataDir, settings, log, signal }: ServersOptions, app: LocalStackApp): Promise<Server>[] {
  return app.databases.map(({ name, masterUsername }, index) =>
    startPostgres({
      name,
      dir: join(dataDir, 'postgres', name),
      runDir: runDirOf(dataDir),
      port: settings.ports.shards[index] ?? 0,
      superuser: { name: masterUsername, password: settings.passwords.master },
      database: name,
      signal,
      log: log.child(name),
    }),
  );
}

function startBroker({ dataDir, cacheDir, settings, log, signal }: ServersOptions, app: LocalStackApp) {
  return startKafka({
    dir: join(dataDir, 'kafka'),
    runDir: runDirOf(dataDir),
    cacheDir,
    plaintextPort: settings.ports.kafka,
    saslAdvertisedPort: 0,
    properties: app.brokerProperties,
    signal,
    log: log.child('kafka'),
  });
}

function startEmulator({ dataDir, settings, python, log, signal }: ServersOptions): Promise<Server> {
  const dir = join(dataDir, 'emulator');
  return startLocalStack({ python, dir, runDir: runDirOf(dataDir), port: settings.ports.aws, log, signal });
}

function startService(
  { dataDir, log, signal }: ServersOptions,
  name: string,
  script: string,
  variables: Readonly<Record<string, string>>,
): Promise<Server> {
  const serviceLog = log.child(name);
  return supervise({
    name,
    runDir: runDirOf(dataDir),
    prepare: async () => ({
      command: process.execPath,
      args: [script],
      cwd: dataDir,
      env: programEnvironment({ END_WITH_STDIN: '1', ...variables }),
    }),
    isReady: (line) => line.includes('is up'),
    readyWithinMs: 30_000,
    // For the log of a container, it names itself.
    onLine: (line) => serviceLog.info(stripVTControlCharacters(line).replace(`${name} `, '').trimStart()),
    stopSignal: 'SIGTERM',
    stopWithinMs: 15_000,
    signal,
    log: serviceLog,
  });
}
