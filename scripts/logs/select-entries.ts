import { isPlatformLine, LAMBDA_LEVELS, type Level, type LogEntry, structured } from '../../tooling/log-entry.ts';
import type { LogsCommand } from './command.ts';

/**
 * Tells which entries are asked for. Entries are to be given in order: those of a request belong to an order as soon as one of them has
 * named it.
 */
export function entrySelector(
  { sources, sinceMs, order, errors }: Pick<LogsCommand, 'sources' | 'sinceMs' | 'order' | 'errors'>,
  now = new Date(),
): (entry: LogEntry) => boolean {
  const since = sinceMs === undefined ? '' : new Date(now.getTime() - sinceMs).toISOString();
  const requests = new Set<unknown>();
  return (entry) => {
    const requestId = entry.request?.requestId ?? structured(entry.text).requestId;
    if (order !== undefined && entry.text.includes(order) && requestId !== undefined) requests.add(requestId);
    if (entry.time < since) return false;
    if (sources.length > 0 && !sources.includes(entry.source)) return false;
    const level = levelOf(entry);
    if (level === 'debug' || (errors && level !== 'error')) return false;
    return order === undefined || entry.text.includes(order) || requests.has(requestId);
  };
}

/** The level that a function itself gave its line: the run keeps lines that carry metrics as debug. */
export function levelOf({ level, text }: LogEntry): Level {
  const line = structured(text);
  if (isPlatformLine(line)) return 'debug';
  const own = line.level;
  return typeof own === 'string' ? (LAMBDA_LEVELS[own.toUpperCase()] ?? 'info') : level;
}
