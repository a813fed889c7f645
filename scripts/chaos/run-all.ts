/**
 * Runs tasks side by side. When one fails, the others are aborted.
 *
 * @param signal aborts all of them
 * @throws the first failure, once all tasks have ended
 */
export async function runAll(
  signal: AbortSignal,
  ...tasks: readonly ((signal: AbortSignal) => Promise<unknown>)[]
): Promise<void> {
  const failing = new AbortController();
  const ending = AbortSignal.any([signal, failing.signal]);
  const failures: unknown[] = [];
  const settle = async (task: (signal: AbortSignal) => Promise<unknown>) => {
    try {
      await task(ending);
    } catch (error) {
      failures.push(error);
      failing.abort();
    }
  };
  await Promise.all(tasks.map(settle));
  if (failures.length > 0) throw failures[0];
}
