import { format } from 'node:util';
import type { Log } from './log.ts';
import type { RequestIds } from './log-entry.ts';

/** A log for tests that look at behaviour only. */
export const silentLog: Log = {
  info() {},
  warn() {},
  error() {},
  debug() {},
  child: () => silentLog,
  forRequest: () => silentLog,
};

/** A log that keeps what it was given. */
export interface MemoryLog extends Log {
  /** Each as `<level> <source> <text>`. */
  readonly lines: string[];
  /** Those that lines were about. */
  readonly requests: RequestIds[];
}

/** A log in memory. */
export function memoryLog(): MemoryLog {
  const lines: string[] = [];
  const requests: RequestIds[] = [];
  const logFor = (source: string, request?: RequestIds): MemoryLog => {
    const writer =
      (level: string) =>
      (message: string, ...values: unknown[]) => {
        lines.push(`${level} ${source} ${format(message, ...values)}`);
        if (request !== undefined) requests.push(request);
      };
    return {
      lines,
      requests,
      info: writer('info'),
      warn: writer('warn'),
      error: writer('error'),
      debug: writer('debug'),
      child: logFor,
      forRequest: (ids) => logFor(source, ids),
    };
  };
  return logFor('test');
}
