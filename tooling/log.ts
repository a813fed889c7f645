import { chmodSync, createWriteStream, existsSync, mkdirSync, renameSync, type WriteStream } from 'node:fs';
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
 * A log that shows `info` and above on the terminal and keeps everything in a file. When the file cannot be written, it says
 * so once and goes on without it.
 *
 * @param options.file path of the log file, readable by its owner alone; that of the last run stays beside it as `<file>.1`.
 *   Without it nothing is kept.
 * @param options.terminal where lines for the person go, usually `process.stdout`
 */
export function createLog(options: { source: string; file?: string; terminal: NodeJS.WritableStream }): Log {
  const file = options.file === undefined ? undefined : openFile(options.file);
  file?.on('error', (error) => logFor(options.source).warn('the log file is given up: %s', error.message));

  const write = (source: string, level: Level, message: string, values: unknown[]) => {
    const text = format(message, ...values);
    file?.write(`${new Date().toISOString()} ${level.padEnd(5)} ${source} ${text}\n`);
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

/** What functions log may name customers, so the files are for their owner's eyes alone. */
function openFile(path: string): WriteStream {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) {
    chmodSync(path, 0o600);
    renameSync(path, `${path}.1`);
  }
  return createWriteStream(path, { mode: 0o600 });
}

/** A structured line of a function with its message first and without stacks; the file keeps it as it is. */
function forPerson(text: string): string {
  if (!text.startsWith('{')) return text;
  try {
    const { message, timestamp: _, level: __, ...facts } = JSON.parse(text);
    return typeof message === 'string' ? `${message} ${styleText('dim', JSON.stringify(facts, withoutStacks))}` : text;
  } catch {
    // A text that only looks like JSON is shown as it is.
    return text;
  }
}

function withoutStacks(key: string, value: unknown): unknown {
  return key === 'stack' ? undefined : value;
}
