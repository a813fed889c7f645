/** Controls (C0, DEL, C1), line and paragraph separators, and what changes the direction of writing: Unicode's Bidi_Control. */
const STEERING = /[\p{Cc}\u2028\u2029\p{Bidi_Control}]/gu;

/**
 * Text that anybody may have written, as one line that cannot steer a terminal, hide something or pass for another line: each
 * character that could becomes its escape, such as `\u001b`. Tabs stay.
 */
export function printable(text: string): string {
  return text.replaceAll(STEERING, (character) => (character === '\t' ? character : escaped(character)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A text of several lines, each {@link printable}. */
export function printableText(text: string): string {
  return printableLines(text).join('\n');
}

/** The lines of a text, each {@link printable}. */
export function printableLines(text: string): string[] {
  return text.split(/\r?\n/).map(printable);
}
