import { lockDataDir } from './data-dir.ts';
import { requireSpace } from './disk-space.ts';
import { UserError } from './errors.ts';
import { createLog, type Log } from './log.ts';
import { endOrphans } from './orphans.ts';
import { logFileOf } from './paths.ts';
import type { Terminal } from './terminal.ts';

/** What a new run writes at first: the synthesized templates, the database clusters and Kafka's storage. */
const SPACE_BYTES = 300e6;

/**
 * Starts a run that has a data folder to itself, after ending what an earlier run left behind. A start that fails is undone.
 *
 * @param start puts what ends the run on the stack
 * @throws UserError when another run uses the folder, or its disk is full; what `start` throws; the signal's reason when that is aborted
 */
export async function startInDataDir<T extends object>(
  options: { dataDir: string; source: string; terminal: Terminal; signal: AbortSignal },
  start: (log: Log, cleanup: AsyncDisposableStack) => Promise<T>,
): Promise<T & { stop(): Promise<void> }> {
  const { dataDir, source, terminal, signal } = options;
  const cleanup = new AsyncDisposableStack();
  cleanup.defer(await lockDataDir(dataDir));
  const log = createLog({ source, file: logFileOf(dataDir), terminal });
  cleanup.defer(() => log.close());
  // Also ends what was still starting when the start was aborted.
  cleanup.defer(() => endOrphans(dataDir, log));
  try {
    await endOrphans(dataDir, log);
    requireSpace(dataDir, SPACE_BYTES);
    return Object.assign(await start(log, cleanup), { stop: () => cleanup.disposeAsync() });
  } catch (error) {
    if (!signal.aborted && !(error instanceof UserError))
      log.error('the start failed; %s has all that was logged', logFileOf(dataDir));
    await cleanup.disposeAsync().catch((failure) => log.error('not everything could be stopped: %o', failure));
    // Ctrl-C reaches the children too, and they fail first.
    if (signal.aborted) log.debug('start aborted: %o', error);
    signal.throwIfAborted();
    throw error;
  }
}
