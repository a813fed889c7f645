import type { Readable } from 'node:stream';
import { format } from 'node:util';
import type { Log } from '../../../tooling/log.ts';
import { LAMBDA_LEVELS, type Level, type RequestIds, structured } from '../../../tooling/log-entry.ts';

/**
 * Logs each line of a function's output at the level that the line states. Lines that carry metrics are for CloudWatch.
 *
 * @param unmarked the level of lines that state none, such as those that Node itself prints
 */
export function forwardLines(output: Readable, log: Log, unmarked: Level): void {
  let rest = '';
  const write = (line: string) => {
    // The bootstrap writes the line feeds of a message as carriage returns.
    if (line) log[LAMBDA_LEVELS[levelOf(line) ?? ''] ?? unmarked](line.replaceAll('\r', '\n'));
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
  const { level, _aws: metrics } = structured(line);
  if (metrics !== undefined && level === 'INFO') return 'DEBUG';
  return typeof level === 'string' ? level.toUpperCase() : undefined;
}

/** Lambda's limit for the log in the result of an invocation. */
const LOG_TAIL_BYTES = 4 * 1024;

/** The last 4 KB of an invocation's log in base64. @param lines as {@link RecordingLog.takeLines} returns them */
export function logTail(lines: string): string {
  return Buffer.from(lines.replaceAll('\r', '\n')).subarray(-LOG_TAIL_BYTES).toString('base64');
}

export interface RecordingLog extends Log {
  /** What was written since the last call: one line per entry, with its line feeds as carriage returns. */
  takeLines(): string;
  /** What is written from now on is about this request. */
  startRequest(ids: RequestIds | undefined): void;
}

/** A log that writes to another one and keeps its lines until they are taken. */
export function recordingLog(log: Log): RecordingLog {
  let lines: string[] = [];
  let target = log;
  const writer =
    (level: Level) =>
    (message: string, ...values: unknown[]) => {
      lines.push(`${format(message, ...values).replaceAll('\n', '\r')}\n`);
      target[level](message, ...values);
    };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    child: (source) => log.child(source),
    forRequest: (ids) => log.forRequest(ids),
    startRequest(ids) {
      target = ids === undefined ? log : log.forRequest(ids);
    },
    takeLines() {
      const taken = lines.join('');
      lines = [];
      return taken;
    },
  };
}
