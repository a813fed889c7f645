/**
 * Does works side by side. When one fails, the others are ended by their signal.
 *
 * @param signal ends all of them
 * @throws the first failure, once all works have come to an end
 */
export async function together(
  signal: AbortSignal,
  ...works: readonly ((signal: AbortSignal) => Promise<unknown>)[]
): Promise<void> {
  const failing = new AbortController();
  const ending = AbortSignal.any([signal, failing.signal]);
  const failures: unknown[] = [];
  const settle = async (work: (signal: AbortSignal) => Promise<unknown>) => {
    try {
      await work(ending);
    } catch (error) {
      failures.push(error);
      failing.abort();
    }
  };
  await Promise.all(works.map(settle));
  if (failures.length > 0) throw failures[0];
}
