/** How long something takes, for a person who need not know it exactly. */
export function inWords(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3_600)} hours`;
}

const LIST = new Intl.ListFormat('en-GB');

/** Names as a sentence has them: shard1, shard2 and shard3. */
export function listed(names: readonly string[]): string {
  return LIST.format(names);
}

/** How many there are of something, such as `1 order`. */
export function counted(number: number, what: string): string {
  return `${number.toLocaleString('en-US')} ${what}${number === 1 ? '' : 's'}`;
}
