import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { format } from 'node:util';
import { fileText, type Level, type RequestIds } from './log-entry.ts';
import { LogFile } from './log-file.ts';
import type { Terminal } from './terminal.ts';

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
  /** The same log, whose entries are about a request. */
  forRequest(ids: RequestIds): Log;
}

/** A log with a file. */
export interface ClosableLog extends Log {
  /** Resolves once everything is in the file, which takes nothing more from then on. */
  close(): Promise<void>;
}

/**
 * A log that shows what a person wants to see on the terminal and keeps everything in a file. When writing the file fails, it warns once
 * and continues without it.
 *
 * @param options.file that of the previous run is kept as `<file>.1`; without it nothing is kept
 */
export function createLog(options: { source: string; file?: string; terminal: Pick<Terminal, 'show'> }): ClosableLog {
  const file =
    options.file === undefined
      ? undefined
      : newFile(options.file, (error) =>
          logFor(options.source).warn('no longer writing the log file: %s', error.message),
        );

  const logFor = (source: string, request?: RequestIds): Log => {
    const writer =
      (level: Level) =>
      (message: string, ...values: unknown[]) => {
        const entry = { time: new Date().toISOString(), level, source, request, text: format(message, ...values) };
        file?.write(fileText(entry));
        options.terminal.show(entry);
      };
    return {
      info: writer('info'),
      warn: writer('warn'),
      error: writer('error'),
      debug: writer('debug'),
      child: (other) => logFor(other, request),
      forRequest: (ids) => logFor(source, ids),
    };
  };
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
