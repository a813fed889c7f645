import { withDeadline } from './deadline.ts';
import type { Log } from './ports.ts';

const CHECK_TIMEOUT_MS = 1_000;

export interface Part {
  readonly name: string;
  /** Rejects when the part does not work. */
  check(): Promise<void>;
}

/**
 * Checks all parts in parallel. A failed check is a result, not an error.
 *
 * @returns by name whether each part is up; one that takes longer than a second is not
 */
export async function checkParts(parts: readonly Part[], log: Log): Promise<Map<string, boolean>> {
  const results = await Promise.all(
    parts.map(async ({ name, check }): Promise<[string, boolean]> => {
      try {
        await withDeadline(CHECK_TIMEOUT_MS, `The check of ${name}`, check());
        return [name, true];
      } catch (error) {
        log.warn('a part is down', { part: name, error });
        return [name, false];
      }
    }),
  );
  return new Map(results);
}
