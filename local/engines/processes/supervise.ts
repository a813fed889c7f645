import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../../tooling/log.ts';
import { backoffMs } from '../../../tooling/timing.ts';
import { type Child, type ChildEnd, type Launch, spawnChild } from './child.ts';

export interface Supervision {
  /** Unique among the processes of the data folder. */
  readonly name: string;
  readonly runDir: string;
  /** Called before each start. */
  readonly prepare: () => Promise<Launch>;
  /** Whether a line of output says that the server accepts connections. */
  readonly isReady: (line: string) => boolean;
  readonly readyWithinMs: number;
  readonly onLine: (line: string) => void;
  /** Asks the server for an orderly shutdown. */
  readonly stopSignal: NodeJS.Signals;
  readonly stopWithinMs: number;
  /** Called once it has stopped, with how the process ended; undefined if it was down at that moment. */
  readonly onStopped?: (end: ChildEnd | undefined) => void;
  /** Aborted when it is not to start any more. */
  readonly signal?: AbortSignal | undefined;
  readonly log: Log;
}

/** A server that is kept running until it is told to stop. */
export interface Engine {
  /** Undefined while the server is down. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** A server that ran this long starts again without delay. */
const STEADY_AFTER_MS = 30_000;
const KEPT_LINES = 15;

/**
 * Starts a server, waits until it is ready, and restarts it whenever it ends unexpectedly.
 *
 * @throws Error with the last lines of its output when the first start fails or takes too long
 */
export async function supervise(options: Supervision): Promise<Engine> {
  let current: Child | undefined;
  const stopping = new AbortController();

  const start = async () => {
    const launch = await options.prepare();
    stopping.signal.throwIfAborted();
    options.signal?.throwIfAborted();
    current = await startChild(options, launch, stopping.signal);
    return current;
  };
  const keepRunning = async (first: Child) => {
    let child: Child | undefined = first;
    let startedAt = Date.now();
    let failures = 0;
    while (!stopping.signal.aborted) {
      if (child) {
        const end = await child.ended;
        current = undefined;
        if (stopping.signal.aborted) return;
        if (Date.now() - startedAt > STEADY_AFTER_MS) failures = 0;
        options.log.warn('ended unexpectedly (%s); restarting it', describe(end));
      }
      await delay(backoffMs(failures), undefined, { signal: stopping.signal }).catch(() => {});
      failures += 1;
      startedAt = Date.now();
      child = await start().catch((error: unknown) => {
        if (!stopping.signal.aborted) options.log.error('did not restart: %s', (error as Error).message);
        return undefined;
      });
      if (child) options.log.info('is up again (process %d)', child.pid);
    }
  };

  const kept = keepRunning(await start());
  return {
    get pid() {
      return current?.pid;
    },
    async stop() {
      const child = current;
      stopping.abort();
      await child?.stop(options.stopWithinMs);
      await kept;
      options.onStopped?.(await child?.ended);
    },
  };
}

async function startChild(options: Supervision, launch: Launch, stopping: AbortSignal): Promise<Child> {
  const lastLines: string[] = [];
  const ready = Promise.withResolvers<void>();
  const child = await spawnChild(launch, {
    ...options,
    onLine(line) {
      options.onLine(line);
      if (lastLines.push(line) > KEPT_LINES) lastLines.shift();
      if (options.isReady(line)) ready.resolve();
    },
  });
  const late = setTimeout(
    () => ready.reject(new Error(`not ready after ${options.readyWithinMs} ms`)),
    options.readyWithinMs,
  );
  const abort = () => ready.reject(new Error('stopped while starting'));
  stopping.addEventListener('abort', abort);
  child.ended.then((end) => ready.reject(new Error(`ended while starting (${describe(end)})`)));
  try {
    await ready.promise;
    return child;
  } catch (error) {
    await child.stop(options.stopWithinMs);
    const output = lastLines.map((line) => `\n  ${line}`).join('');
    throw new Error(`${options.name}: ${(error as Error).message}${output}`, { cause: error });
  } finally {
    clearTimeout(late);
    stopping.removeEventListener('abort', abort);
  }
}

function describe(end: ChildEnd): string {
  return end.signal ?? `exit code ${end.code}`;
}
