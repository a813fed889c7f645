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
