import { tableLines } from '../tooling/table.ts';
import type { TimedPart } from '../tooling/timed.ts';

/** What takes less says nothing about a start. */
const SHOWN_MS = 50;

/** A table of where a start has spent its time. @param begunMs of `performance.now()`, when it began */
export function timingText(parts: readonly TimedPart[], begunMs: number): string {
  const rows = parts
    .filter(({ tookMs }) => tookMs >= SHOWN_MS)
    .map(({ name, fromMs, tookMs }) => [seconds(fromMs - begunMs), seconds(tookMs), name]);
  return [
    '',
    'Where the start has spent its time, side by side:',
    ...tableLines([['from', 'took', ''], ...rows], '  '),
  ].join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`.padStart(8);
}
