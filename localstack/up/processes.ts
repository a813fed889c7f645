import { checkPorts } from '../../tooling/ports.ts';
import { thisProcess } from '../../tooling/processes.ts';
import { startInDataDir } from '../../tooling/start-in-data-dir.ts';
import type { Terminal } from '../../tooling/terminal.ts';
import { synthesizeForLocalStack } from '../assembly/synthesize.ts';
import { installLocalStack } from '../emulator/install.ts';
import {
  assertNoConflictingRun,
  claimLocalStackDir,
  findRunning,
  forgetRunning,
  type Running,
  rememberRunning,
} from '../running.ts';
import { chooseFreePorts, type LocalStackSettings, portClaims } from '../settings.ts';
import { addressesOf, contextForProcesses } from './addresses.ts';
import { startServers } from './servers.ts';

export interface UpOptions {
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly settings: LocalStackSettings;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/**
 * Starts what docker-compose.yml starts, as processes of this machine.
 *
 * @returns what is up; `stop` ends it, the data stay
 * @throws UserError when no suitable Python is there, a port is taken, ...
 */
export async function upProcesses(options: UpOptions): Promise<Running & { stop(): Promise<void> }> {
  const { dataDir, cacheDir, terminal, signal } = options;
  claimLocalStackDir(dataDir);
  return startInDataDir({ dataDir, source: 'localstack', terminal, signal }, async (log, cleanup) => {
    const { passwords, ports } = options.settings;
    assertNoConflictingRun(await findRunning(dataDir), { mode: 'processes', passwords });
    await forgetRunning(dataDir);
    await checkPorts(portClaims(ports));
    const settings = { passwords, ports: await chooseFreePorts(ports) };
    const context = contextForProcesses(settings);
    const { python } = await installLocalStack({ cacheDir, log, signal });
    signal.throwIfAborted();
    const assembly = await synthesizeForLocalStack(dataDir, context, log, signal);
    await startServers({ dataDir, cacheDir, settings, python, assembly, log, signal }, cleanup);
    const running: Running = {
      mode: 'processes',
      runner: thisProcess(),
      context,
      ...addressesOf(settings, '127.0.0.1'),
    };
    await rememberRunning(dataDir, running);
    cleanup.defer(() => forgetRunning(dataDir));
    return running;
  });
}
