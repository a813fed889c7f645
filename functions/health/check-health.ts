import { withDeadline } from '../domain/deadline.ts';
import type { Log } from '../domain/ports.ts';

const CHECK_TIMEOUT_MS = 1_000;

export interface Part {
  readonly name: string;
  /** Rejects when the part does not work. */
  check(): Promise<void>;
}

export interface Health {
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
  /** Names of parts that failed or took longer than a second. */
  readonly down: readonly string[];
}

/** Checks all parts in parallel. A failed check is a result, not an error. */
export async function checkHealth(parts: readonly Part[], log: Log): Promise<Health> {
  const results = await Promise.all(
    parts.map(async ({ name, check }) => {
      try {
        await withDeadline(CHECK_TIMEOUT_MS, `The check of ${name}`, check());
        return { name, up: true };
      } catch (error) {
        log.warn('a part is down', { part: name, error });
        return { name, up: false };
      }
    }),
  );
  return {
    checks: Object.fromEntries(results.map(({ name, up }) => [name, up ? 'up' : 'down'])),
    down: results.filter(({ up }) => !up).map(({ name }) => name),
  };
}
