import type { Readable } from 'node:stream';
import type { Log } from '../../../tooling/log.ts';

type Write = 'debug' | 'info' | 'warn' | 'error';

const writers: Record<string, Write> = {
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
export function forwardLines(output: Readable, log: Log, unmarked: Write): void {
  let rest = '';
  const write = (line: string) => {
    // The runtime client writes a carriage return where a message has a line feed.
    if (line) log[writers[levelOf(line) ?? ''] ?? unmarked](line.replaceAll('\r', '\n'));
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
