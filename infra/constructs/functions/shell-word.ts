/** Writes a text as one word of a POSIX shell command, in which no character has a meaning of its own. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
