import { setTimeout as delay } from 'node:timers/promises';

const GRACE_MS = 5_000;

/** Waits for a promise. @returns whether it settled within so many milliseconds; a rejection is passed on */
export async function settlesWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const over = Promise.withResolvers<false>();
  const timer = setTimeout(() => over.resolve(false), ms);
  try {
    return await Promise.race([promise.then(() => true), over.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Looks every 25 ms until there is something, or a check holds.
 *
 * @returns what was seen; undefined when there was nothing within so many milliseconds
 */
export async function pollWithin<T>(
  ms: number,
  look: () => T | false | undefined | Promise<T | false | undefined>,
): Promise<T | undefined> {
  for (const deadline = performance.now() + ms; ; await delay(25)) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > deadline) return undefined;
  }
}

/** Exponential backoff with jitter, at most 10 s. @param failures how many times in a row it has failed */
export function backoffMs(failures: number): number {
  const full = Math.min(10_000, 100 * 2 ** Math.min(failures, 10));
  return full / 2 + (Math.random() * full) / 2;
}

/** Resolves when the signal is aborted, at once when it already is. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Rejects with the signal's reason when it is aborted, and never resolves: for `Promise.race`. */
export async function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  await whenAborted(signal);
  throw signal.reason;
}

/**
 * Waits until all promises have settled, whatever they come to; once the signal is aborted, for 5 s at most. A server that
 * is starting is up by then and can be stopped; a long download is given up.
 */
export async function settleOrGiveUp(promises: readonly Promise<unknown>[], signal: AbortSignal): Promise<void> {
  const grace = whenAborted(signal).then(() => new Promise((resolve) => void setTimeout(resolve, GRACE_MS).unref()));
  await Promise.race([Promise.allSettled(promises), grace]);
}
