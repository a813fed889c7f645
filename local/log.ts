import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { format, styleText } from 'node:util';

/** Writes lines that each name their source, such as `kafka` or a function's name. */
export interface Log {
  info(message: string, ...values: unknown[]): void;
  warn(message: string, ...values: unknown[]): void;
  error(message: string, ...values: unknown[]): void;
  /** Written to the log file alone: detail for whoever looks for a cause. */
  debug(message: string, ...values: unknown[]): void;
  /** The same log under another source name. */
  child(source: string): Log;
}

type Level = 'debug' | 'info' | 'warn' | 'error';

/**
 * A log that shows `info` and above on the terminal and keeps everything in a file.
 *
 * @param options.file path of the log file; it is begun anew, its folder is created
 * @param options.terminal where lines for the person go, usually `process.stdout`
 */
export function createLog(options: { source: string; file: string; terminal: NodeJS.WritableStream }): Log {
  mkdirSync(dirname(options.file), { recursive: true });
  const file = createWriteStream(options.file, { flags: 'w' });

  const write = (source: string, level: Level, message: string, values: unknown[]) => {
    const text = format(message, ...values);
    file.write(`${new Date().toISOString()} ${level.padEnd(5)} ${source} ${text}\n`);
    if (level === 'debug') return;
    const line = forPerson(text);
    const mark = level === 'error' ? styleText('red', line) : level === 'warn' ? styleText('yellow', line) : line;
    options.terminal.write(`${styleText('dim', source.padEnd(16))} ${mark}\n`);
  };
  const logFor = (source: string): Log => ({
    info: (message, ...values) => write(source, 'info', message, values),
    warn: (message, ...values) => write(source, 'warn', message, values),
    error: (message, ...values) => write(source, 'error', message, values),
    debug: (message, ...values) => write(source, 'debug', message, values),
    child: logFor,
  });
  return logFor(options.source);
}

/** A structured line of a function with its message first; the file keeps it as it is. */
function forPerson(text: string): string {
  if (!text.startsWith('{')) return text;
  try {
    const { message, timestamp: _, level: __, ...facts } = JSON.parse(text);
    return typeof message === 'string' ? `${message} ${styleText('dim', JSON.stringify(facts))}` : text;
  } catch {
    // A text that only looks like JSON is shown as it is.
    return text;
  }
}
