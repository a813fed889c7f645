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

const GRACE_MS = 5_000;

/**
 * Waits until all promises have settled, whatever they come to; once the signal is aborted, for 5 s at most. A server that
 * is starting is up by then and can be stopped; a long download is given up.
 */
export async function settleOrGiveUp(promises: readonly Promise<unknown>[], signal: AbortSignal): Promise<void> {
  const grace = whenAborted(signal).then(() => new Promise((resolve) => void setTimeout(resolve, GRACE_MS).unref()));
  await Promise.race([Promise.allSettled(promises), grace]);
}
