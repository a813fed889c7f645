import { within } from '../domain/deadline.ts';
import type { Log } from '../domain/ports.ts';

const CHECK_TIMEOUT_MS = 1_000;

/** A part of the system: its name and how to find out whether it answers. */
export interface Part {
  readonly name: string;
  /** Resolves when the part works, rejects when it does not. */
  check(): Promise<void>;
}

export interface Health {
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
  /** Names of the parts that failed or took longer than a second. */
  readonly down: readonly string[];
}

/** Checks all parts side by side. Never throws: a failing check is a result. */
export async function checkHealth(parts: readonly Part[], log: Log): Promise<Health> {
  const results = await Promise.all(
    parts.map(async ({ name, check }) => {
      try {
        await within(CHECK_TIMEOUT_MS, `The check of ${name}`, check());
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
