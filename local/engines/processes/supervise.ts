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
  /** What a line says when the server begins anew by itself: its sessions end, and it says once more that it is ready. */
  readonly crashOf?: (line: string) => string | undefined;
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
const SHOWN_CHARACTERS = 300;

/**
 * Starts a server, waits until it is ready, and restarts it whenever it ends unexpectedly.
 *
 * @throws Error with the last lines of its output when the first start fails or takes too long
 */
export async function supervise(options: Supervision): Promise<Engine> {
  let current: Child | undefined;
  const stopping = new AbortController();
  const ending = AbortSignal.any([stopping.signal, ...(options.signal ? [options.signal] : [])]);
  const outage = outageLog(options.log);

  const start = async () => {
    const launch = await options.prepare();
    ending.throwIfAborted();
    current = await startChild(options, launch, outage, ending);
    return current;
  };
  const keepRunning = async (first: Child) => {
    let child: Child | undefined = first;
    let startedAt = performance.now();
    let failures = 0;
    while (!stopping.signal.aborted) {
      if (child) {
        const end = await child.ended;
        current = undefined;
        if (stopping.signal.aborted) return;
        if (performance.now() - startedAt > STEADY_AFTER_MS) failures = 0;
        outage.begin(`ended (${describe(end)})`);
      }
      await delay(backoffMs(failures), undefined, { signal: stopping.signal }).catch(() => {});
      failures += 1;
      startedAt = performance.now();
      child = await start().catch((error: unknown) => {
        const [problem] = (error as Error).message.split('\n', 1);
        if (!stopping.signal.aborted) options.log.error(`did not start again, next try soon: ${problem}`);
        options.log.debug((error as Error).message);
        return undefined;
      });
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

interface OutageLog {
  /** @param how why the server does not accept connections any more */
  begin(how: string): void;
  /** The server accepts connections. */
  end(): void;
}

function outageLog(log: Log): OutageLog {
  let since: number | undefined;
  return {
    begin(how) {
      since ??= performance.now();
      log.warn(`${how}; it is starting again`);
    },
    end() {
      if (since !== undefined) log.info(`is back after ${((performance.now() - since) / 1_000).toFixed(1)} s`);
      since = undefined;
    },
  };
}

async function startChild(
  options: Supervision,
  launch: Launch,
  outage: OutageLog,
  ending: AbortSignal,
): Promise<Child> {
  const lastLines: string[] = [];
  const ready = Promise.withResolvers<void>();
  const child = await spawnChild(launch, {
    ...options,
    onLine(line) {
      options.onLine(line);
      if (lastLines.push(line) > KEPT_LINES) lastLines.shift();
      const crash = options.crashOf?.(line);
      if (crash !== undefined) outage.begin(crash);
      if (!options.isReady(line)) return;
      outage.end();
      ready.resolve();
    },
  });
  const late = setTimeout(
    () => ready.reject(new Error(`not ready after ${options.readyWithinMs} ms`)),
    options.readyWithinMs,
  );
  const abort = () => ready.reject(new Error('stopped while starting'));
  ending.addEventListener('abort', abort);
  child.ended.then((end) => ready.reject(new Error(`ended while starting (${describe(end)})`)));
  try {
    await ready.promise;
    return child;
  } catch (error) {
    await child.stop(options.stopWithinMs);
    const output = lastLines.map((line) => `\n  ${line.slice(0, SHOWN_CHARACTERS)}`).join('');
    throw new Error(`${options.name}: ${(error as Error).message}${output}`, { cause: error });
  } finally {
    clearTimeout(late);
    ending.removeEventListener('abort', abort);
  }
}

function describe(end: ChildEnd): string {
  return end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`;
}
