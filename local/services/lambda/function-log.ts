import type { Readable } from 'node:stream';
import { format } from 'node:util';
import type { Log } from '../../../tooling/log.ts';

type Level = Exclude<keyof Log, 'child'>;

const LEVELS: Record<string, Level> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
  FATAL: 'error',
};

/**
 * Writes each line of a function's output to the log, at the level that the line states.
 *
 * @param unmarked where lines without a level go, such as those that Node itself prints
 */
export function forwardLines(output: Readable, log: Log, unmarked: Level): void {
  let rest = '';
  const write = (line: string) => {
    // The runtime client writes a carriage return where a message has a line feed.
    if (line) log[LEVELS[levelOf(line) ?? ''] ?? unmarked](line.replaceAll('\r', '\n'));
  };
  output.setEncoding('utf8');
  output.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(write);
  });
  output.on('end', () => write(rest));
}

function levelOf(line: string): string | undefined {
  if (!line.startsWith('{')) return line.split('\t', 3)[2];
  try {
    const level: unknown = JSON.parse(line).level;
    return typeof level === 'string' ? level.toUpperCase() : undefined;
  } catch {
    // A line that only looks like JSON has no level of its own.
    return undefined;
  }
}

/** A log that also keeps its lines until they are taken. */
export interface RecordingLog extends Log {
  /** What was written since the last call, one line per entry: a line feed inside is a carriage return. */
  takeLines(): string;
}

/** Writes to the given log and keeps what it writes. */
export function recordingLog(log: Log): RecordingLog {
  let lines: string[] = [];
  const writer =
    (level: Level) =>
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
