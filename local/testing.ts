import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../tooling/log.ts';

/** A log for tests that look at behaviour only. */
export const silentLog: Log = { info() {}, warn() {}, error() {}, debug() {}, child: () => silentLog };

/** A log that keeps its lines, each as `<level> <source> <text>`. */
export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const logFor = (source: string): Log & { readonly lines: string[] } => {
    const writer = (level: string) => (message: string) => void lines.push(`${level} ${source} ${message}`);
    return {
      lines,
      info: writer('info'),
      warn: writer('warn'),
      error: writer('error'),
      debug: writer('debug'),
      child: logFor,
    };
  };
  return logFor('test');
}

/**
 * Waits until the check gives something other than undefined or false, and gives that.
 *
 * @throws Error when it does not within the time
 */
export async function waitFor<T>(
  check: () => T | Promise<T>,
  withinMs = 10_000,
): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== null && value !== false) return value as Exclude<NonNullable<T>, false>;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${check}`);
    await delay(20);
  }
}
