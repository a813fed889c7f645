import { join } from 'node:path';
import { lockDataDir } from '../tooling/data-dir.ts';
import { createLog, type Log } from '../tooling/log.ts';
import { endOrphans } from './engines/processes/orphans.ts';

/** The file of a data folder that keeps everything that a run logs. */
export function logFileOf(dataDir: string): string {
  return join(dataDir, 'run.log');
}

/**
 * Starts a run in a data folder of its own. The folder is reserved for as long as it runs, and what an earlier run left behind
 * is ended first. A start that fails is undone.
 *
 * @param options.source name of the run's own log lines
 * @param options.signal aborted when the start is no longer wanted
 * @param start gets a stack for what ends the run: what is put on it later is stopped earlier
 * @returns what `start` returns, and what ends the run; its data stay
 * @throws UserError when another run uses the folder; what `start` throws; the signal's reason when it is aborted
 */
export async function startInDataDir<T extends object>(
  options: { dataDir: string; source: string; terminal: NodeJS.WritableStream; signal: AbortSignal },
  start: (log: Log, cleanup: AsyncDisposableStack) => Promise<T>,
): Promise<T & { stop(): Promise<void> }> {
  const { dataDir, source, terminal, signal } = options;
  const cleanup = new AsyncDisposableStack();
  cleanup.defer(await lockDataDir(dataDir));
  const log = createLog({ source, file: logFileOf(dataDir), terminal });
  // Also ends what was still starting when the start was aborted.
  cleanup.defer(() => endOrphans(dataDir, log));
  try {
    await endOrphans(dataDir, log);
    return { ...(await start(log, cleanup)), stop: () => cleanup.disposeAsync() };
  } catch (error) {
    await cleanup.disposeAsync().catch((failure) => log.error('not everything could be stopped: %o', failure));
    // Ctrl-C reaches the children too. That they fail then is no news.
    if (signal.aborted) log.debug('start aborted: %o', error);
    signal.throwIfAborted();
    throw error;
  }
}
