import { join } from 'node:path';
import { endOrphans } from '../../local/engines/processes/orphans.ts';
import { lockDataDir } from '../../tooling/data-dir.ts';
import { createLog } from '../../tooling/log.ts';
import { checkPorts } from '../../tooling/ports.ts';
import { synthesizeForLocalStack } from '../assembly/synthesize.ts';
import { installLocalStack } from '../emulator/install.ts';
import {
  assertNoConflictingRun,
  claimLocalStackDir,
  findRunning,
  forgetRunning,
  type Running,
  rememberRunning,
  thisRunner,
} from '../running.ts';
import { chooseFreePorts, type LocalStackSettings, portClaims } from '../settings.ts';
import { addressesOf, contextForProcesses } from './addresses.ts';
import { startServers } from './servers.ts';

export interface UpOptions {
  /** The folder for everything about LocalStack. */
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly settings: LocalStackSettings;
  readonly terminal: NodeJS.WritableStream;
  /** Ends the start early when aborted; whatever was begun is stopped again. */
  readonly signal: AbortSignal;
}

/** The file that keeps everything that the parts write. */
export function logFileOf(dataDir: string): string {
  return join(dataDir, 'run.log');
}

/**
 * Starts what docker-compose.yml starts as processes of this machine: LocalStack from PyPI, Postgres and Kafka as the local run
 * has them, the bridge and the front door.
 *
 * @returns what is up; `stop` ends it, data stays
 * @throws UserError when a person can mend the cause: no Python, a taken port, ...
 */
export async function upProcesses(options: UpOptions): Promise<Running & { stop(): Promise<void> }> {
  const { dataDir, signal } = options;
  const cleanup = new AsyncDisposableStack();
  claimLocalStackDir(dataDir);
  cleanup.defer(await lockDataDir(dataDir));
  const log = createLog({ source: 'localstack', file: logFileOf(dataDir), terminal: options.terminal });
  // Also ends what was still starting up when the start was broken off.
  cleanup.defer(() => endOrphans(dataDir, log));
  try {
    assertNoConflictingRun(await findRunning(dataDir), { mode: 'processes', passwords: options.settings.passwords });
    await forgetRunning(dataDir);
    await endOrphans(dataDir, log);
    await checkPorts(portClaims(options.settings.ports));
    const settings = { ...options.settings, ports: await chooseFreePorts(options.settings.ports) };
    const context = contextForProcesses(settings);
    const { python } = await installLocalStack({ cacheDir: options.cacheDir, log });
    signal.throwIfAborted();
    const assembly = await synthesizeForLocalStack(dataDir, context, log, signal);
    await startServers({ dataDir, cacheDir: options.cacheDir, settings, python, assembly, log, signal }, cleanup);
    const running: Running = {
      mode: 'processes',
      runner: thisRunner(),
      context,
      ...addressesOf(settings, '127.0.0.1'),
    };
    await rememberRunning(dataDir, running);
    cleanup.defer(() => forgetRunning(dataDir));
    return { ...running, stop: () => cleanup.disposeAsync() };
  } catch (error) {
    // What went wrong first is what the person has to know.
    await cleanup.disposeAsync().catch((failure) => log.error('not everything could be stopped: %o', failure));
    // Ctrl-C reaches the children too: what they fail with then is no news.
    if (signal.aborted) log.debug('broken off: %o', error);
    signal.throwIfAborted();
    throw error;
  }
}
