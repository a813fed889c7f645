import type { Handled, ListedRecord, Listing } from '../../functions/dlt/dead-letters.ts';
import { tableLines } from '../../tooling/table.ts';

const SHOWN_CHARACTERS = 48;

/** The dead letters as a table, with what a person does next. */
export function listingText({ records, total }: Listing): string {
  if (total === 0) return 'There is nothing to do: every record was processed, or handled.';
  const header = ['ID', 'GIVEN UP', 'CAUSE', 'TRIES', 'KEY', 'SIZE', 'VALUE'];
  const lines = tableLines([header, ...records.map(rowOf)]);
  const rest = total - records.length;
  return [
    ...lines,
    '',
    ...(rest > 0 ? [`... and ${rest} more, which are listed once these are handled.`] : []),
    `${total} ${total === 1 ? 'record' : 'records'}. The log of consume-orders says at its offset why one was given up.`,
  ].join('\n');
}

/** What was done, in a sentence. */
export function handledText({ id, action }: Handled): string {
  return action === 'replay' ? `${id} was published again and is no longer listed.` : `${id} is no longer listed.`;
}

function rowOf({ id, cause, key, size, value, valueMissing }: ListedRecord): string[] {
  return [
    id,
    // In UTC, to the second.
    cause.at?.replace('T', ' ').replace(/\.\d+Z$/, 'Z') ?? '-',
    cause.condition,
    String(cause.attempts ?? '-'),
    shown(key),
    valueMissing === undefined ? sizeText(size) : '-',
    valueMissing === undefined ? shown(value) : `(missing) ${valueMissing}`,
  ];
}

/** One short line. Anybody may have written the text, so nothing in it may steer the terminal. */
function shown(text: string | null): string {
  if (text === null) return '(none)';
  const line = text.slice(0, 2 * SHOWN_CHARACTERS).replaceAll(/[\p{C}\p{Z}]+/gu, ' ');
  return line.length > SHOWN_CHARACTERS || text.length > 2 * SHOWN_CHARACTERS
    ? `${line.slice(0, SHOWN_CHARACTERS - 1)}…`
    : line;
}

function sizeText(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${Math.round(bytes / 1024)} KB`;
}
