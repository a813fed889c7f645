import { entryText } from '../../tooling/entry-text.ts';
import type { LogEntry } from '../../tooling/log-entry.ts';
import { levelOf } from './select-entries.ts';

/** A structured line as the function wrote it; any other line as an object of the same kind. */
export function jsonText({ time, level, source, text }: LogEntry): string {
  return text.startsWith('{')
    ? `${text}\n`
    : `${JSON.stringify({ timestamp: time, level: level.toUpperCase(), source, message: text })}\n`;
}

/** An entry as a person reads it: with its time of day, UTC, and its date where that is not today's. */
export function personText(entry: LogEntry, now = new Date()): string {
  const [date, time = ''] = entry.time.split('T');
  const day = date === now.toISOString().slice(0, 10) ? '' : `${date} `;
  return `${day}${time.slice(0, 12)} ${entryText({ ...entry, level: levelOf(entry) })}\n`;
}
