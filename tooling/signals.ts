import { constants } from 'node:os';
import { whenAborted } from './timing.ts';

/** A command was asked to end before it had done its work. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';
  /** As shells count it: 130 for Ctrl-C, 143 for SIGTERM. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Lets the process go on when whoever reads its output has left, as in `... | head`. */
export function ignoreBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** A signal that is aborted when the process is asked to end, with an {@link InterruptedError}. */
export function abortOnSignal(): AbortSignal {
  const ending = new AbortController();
  // Ctrl-C often comes twice, from the terminal and from npm. Stopping is bounded, so the second needs no handling.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => ending.abort(new InterruptedError(name)));
  }
  return ending.signal;
}

/**
 * Starts something and stops it when the process is asked to end.
 *
 * @param start rejects with the signal's reason when it is aborted
 * @param meanwhile what lasts from when it is up until it is asked to end
 * @throws InterruptedError when that has happened; what `start` throws
 */
export async function runUntilSignal<T extends { stop(): Promise<unknown> }>(
  start: (signal: AbortSignal) => Promise<T>,
  texts: { up: (started: T) => string; stopped: string },
  meanwhile: (started: T) => Disposable | undefined = () => undefined,
): Promise<void> {
  const signal = abortOnSignal();
  const started = await start(signal).catch((error) => {
    if (error instanceof InterruptedError) console.log('Stopped before it was up.');
    throw error;
  });
  console.log(texts.up(started));
  {
    using _ = meanwhile(started);
    await whenAborted(signal);
  }
  console.log('\nStopping ...');
  await started.stop();
  console.log(texts.stopped);
}
