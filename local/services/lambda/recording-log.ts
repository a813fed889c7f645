import { format } from 'node:util';
import type { Log } from '../../../tooling/log.ts';

/** A log that also keeps its lines until they are taken. */
export interface RecordingLog extends Log {
  /** What was written since the last call, one line per entry: a line feed inside is a carriage return. */
  takeLines(): string;
}

/** Writes to the given log, and keeps what is written. */
export function recordingLog(log: Log): RecordingLog {
  let lines: string[] = [];
  const writer =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, ...values: unknown[]) => {
      lines.push(`${format(message, ...values).replaceAll('\n', '\r')}\n`);
      log[level](message, ...values);
    };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    child: (source) => log.child(source),
    takeLines() {
      const taken = lines.join('');
      lines = [];
      return taken;
    },
  };
}
