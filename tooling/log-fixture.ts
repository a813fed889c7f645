import { format } from 'node:util';
import type { Log } from './log.ts';

/** A log for tests that look at behaviour only. */
export const silentLog: Log = { info() {}, warn() {}, error() {}, debug() {}, child: () => silentLog };

/** A log that keeps its lines, each as `<level> <source> <text>`. */
export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const logFor = (source: string): Log & { readonly lines: string[] } => {
    const writer =
      (level: string) =>
      (message: string, ...values: unknown[]) =>
        void lines.push(`${level} ${source} ${format(message, ...values)}`);
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
