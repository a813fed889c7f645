import { whenAborted } from './timing.ts';

/** Lets the process go on when whoever reads its output has left, as in `... | head`. */
export function ignoreBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** A signal that is aborted when the process is asked to end. */
export function abortOnSignal(): AbortSignal {
  const ending = new AbortController();
  // Ctrl-C often comes twice, from the terminal and from npm. Stopping is bounded, so the second needs no handling.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ending.abort());
  return ending.signal;
}

/** Starts something and stops it when the process is asked to end. An aborted start rejects with the signal's reason. */
export async function runUntilSignal<T extends { stop(): Promise<unknown> }>(
  start: (signal: AbortSignal) => Promise<T>,
  texts: { up: (started: T) => string; stopped: string },
): Promise<void> {
  const signal = abortOnSignal();
  try {
    const started = await start(signal);
    console.log(texts.up(started));
    await whenAborted(signal);
    console.log('\nStopping ...');
    await started.stop();
    console.log(texts.stopped);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    console.log('Stopped before it was up.');
  }
}
