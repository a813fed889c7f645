import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { format } from 'node:util';
import { fileText, type Level, terminalText } from './log-entry.ts';
import { LogFile } from './log-file.ts';

/**
 * Each line names its source, such as `kafka` or a function. Clients and functions may have written parts of a message: what could steer
 * a terminal is escaped, and a further line of a message, such as one of a stack, cannot pass for a message of its own.
 */
export interface Log {
  info(message: string, ...values: unknown[]): void;
  warn(message: string, ...values: unknown[]): void;
  error(message: string, ...values: unknown[]): void;
  /** Written to the log file only. */
  debug(message: string, ...values: unknown[]): void;
  /** The same log under another source name. */
  child(source: string): Log;
}

/** A log with a file. */
export interface ClosableLog extends Log {
  /** Resolves once everything is in the file, which takes nothing more from then on. */
  close(): Promise<void>;
}

/**
 * A log that shows `info` and above on the terminal and keeps everything in a file. When writing the file fails, it warns once
 * and continues without it.
 *
 * @param options.file that of the previous run is kept as `<file>.1`; without it nothing is kept
 */
export function createLog(options: { source: string; file?: string; terminal: NodeJS.WritableStream }): ClosableLog {
  const file =
    options.file === undefined
      ? undefined
      : newFile(options.file, (error) =>
          logFor(options.source).warn('no longer writing the log file: %s', error.message),
        );

  const write = (source: string, level: Level, message: string, values: unknown[]) => {
    const entry = { time: new Date().toISOString(), level, source, text: format(message, ...values) };
    file?.write(fileText(entry));
    if (level !== 'debug') options.terminal.write(terminalText(entry));
  };
  const logFor = (source: string): Log => ({
    info: (message, ...values) => write(source, 'info', message, values),
    warn: (message, ...values) => write(source, 'warn', message, values),
    error: (message, ...values) => write(source, 'error', message, values),
    debug: (message, ...values) => write(source, 'debug', message, values),
    child: logFor,
  });
  return { ...logFor(options.source), close: async () => file?.close() };
}

/** Functions may log customers' data: the files are readable by their owner only. */
function newFile(path: string, onFailure: (error: Error) => void): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) {
    chmodSync(path, 0o600);
    renameSync(path, `${path}.1`);
  }
  return new LogFile(path, onFailure);
}
