import { entryText } from '../../tooling/entry-text.ts';
import type { LogEntry } from '../../tooling/log-entry.ts';
import { levelOf } from './select-entries.ts';

/** A structured line as the function wrote it; any other line as an object of the same kind. */
export function jsonText({ time, level, source, text }: LogEntry): string {
  return text.startsWith('{')
    ? `${text}\n`
    : `${JSON.stringify({ timestamp: time, level: level.toUpperCase(), source, message: text })}\n`;
}

/** An entry with its time of day, UTC, as a person reads it. */
export function personText(entry: LogEntry): string {
  return `${entry.time.slice(11, 23)} ${entryText({ ...entry, level: levelOf(entry) })}\n`;
}
