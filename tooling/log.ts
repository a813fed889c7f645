import { chmodSync, createWriteStream, existsSync, mkdirSync, renameSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { format, styleText } from 'node:util';
import { printable, printableLines } from './printable.ts';

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

type Level = 'debug' | 'info' | 'warn' | 'error';

/** Begins the further lines of a message. */
const CONTINUED = '| ';
const COLORS = { debug: 'reset', info: 'reset', warn: 'yellow', error: 'red' } as const;

/**
 * A log that shows `info` and above on the terminal and keeps everything in a file. When writing the file fails, it warns once
 * and continues without it.
 *
 * @param options.file that of the previous run is kept as `<file>.1`; without it nothing is kept
 */
export function createLog(options: { source: string; file?: string; terminal: NodeJS.WritableStream }): Log {
  const file = options.file === undefined ? undefined : openFile(options.file);
  file?.on('error', (error) => logFor(options.source).warn('no longer writing the log file: %s', error.message));

  const write = (source: string, level: Level, message: string, values: unknown[]) => {
    const text = format(message, ...values);
    const head = `${new Date().toISOString()} ${level.padEnd(5)} ${source} `;
    file?.write(`${head}${printableLines(text).join(`\n${head}${CONTINUED}`)}\n`);
    if (level === 'debug') return;
    const column = `${styleText('dim', source.padEnd(16))} `;
    const { lines, facts } = forPerson(text);
    const colored = lines.map((line, index) => styleText(COLORS[level], `${index === 0 ? '' : CONTINUED}${line}`));
    options.terminal.write(`${column}${colored.join(`\n${column}`)}${styleText('dim', facts)}\n`);
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

/** Functions may log customers' data: the files are readable by their owner only. */
function openFile(path: string): WriteStream {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) {
    chmodSync(path, 0o600);
    renameSync(path, `${path}.1`);
  }
  return createWriteStream(path, { mode: 0o600 });
}

/** Of a structured line of a function, its message, and the rest without stacks and what only CloudWatch reads. */
function forPerson(text: string): { lines: string[]; facts: string } {
  const { message, timestamp: _, level: __, ...facts } = objectIn(text);
  if (typeof message !== 'string') return { lines: printableLines(text), facts: '' };
  return { lines: printableLines(message), facts: printable(` ${JSON.stringify(facts, readable)}`) };
}

function objectIn(text: string): Record<string, unknown> {
  if (!text.startsWith('{')) return {};
  try {
    return JSON.parse(text);
  } catch {
    return {}; // not JSON after all
  }
}

/** `_aws` tells CloudWatch which of the facts are metrics. */
function readable(key: string, value: unknown): unknown {
  return key === 'stack' || key === '_aws' ? undefined : value;
}
