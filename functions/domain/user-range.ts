/** Users whose id begins with `from`, with `to`, or with anything between them. */
export interface UserRange {
  /** One to three characters of a user id in upper case, the first of which is a letter. */
  readonly from: string;
  /** The same, inclusive: `S` is everything that begins with an S. */
  readonly to: string;
}

/** What may follow the first letter of a user id, in upper case and in the order of its bytes. */
const ALPHABET = '-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_';
const LONGEST_PREFIX = 3;

/** Whether a text can be the bound of a range. */
export function isPrefix(text: string): boolean {
  return /^[A-Z][-.0-9A-Z_]{0,2}$/.test(text);
}

/**
 * What decides where a user belongs: the beginning of the id in upper case, compared byte by byte. In SQL it is
 * `upper(left(user_id, 3) COLLATE "C")`.
 *
 * @returns undefined when the id does not start with a letter (A-Z or a-z)
 */
export function keyOf(userId: string): string | undefined {
  // Tested before conversion: other letters, such as the long s, become A-Z in upper case.
  return /^[A-Za-z][-.0-9A-Za-z_]{0,2}/.exec(userId)?.[0].toUpperCase();
}

/** The first key after all that begin with the prefix; undefined at the end of all keys. */
export function successor(prefix: string): string | undefined {
  const [head, last] = [prefix.slice(0, -1), prefix.slice(-1)];
  if (head === '') return last === 'Z' ? undefined : ALPHABET[ALPHABET.indexOf(last) + 1];
  return last === '_' ? successor(head) : head + ALPHABET[ALPHABET.indexOf(last) + 1];
}

/** The last prefix whose followers all come before the key, and the first of its range; undefined where none ends there. */
export function predecessor(key: string): string | undefined {
  const [head, last] = [key.slice(0, -1), key.slice(-1)];
  if (head === '') return last === 'A' ? undefined : String.fromCharCode(last.charCodeAt(0) - 1);
  return last === '-' ? undefined : head + ALPHABET[ALPHABET.indexOf(last) - 1];
}

/** A range as SQL compares keys: `from <= key`, and `key < before` unless that is undefined. */
export interface HalfOpenRange {
  readonly from: string;
  readonly before: string | undefined;
}

/** The same range by the first key behind it. */
export function halfOpen({ from, to }: UserRange): HalfOpenRange {
  return { from, before: successor(to) };
}

/** The same range by its last prefix: `S_` where it begins at SMI and ends with the users of S, since S alone is before that. */
export function closed({ from, before }: HalfOpenRange): UserRange {
  let to = before === undefined ? 'Z' : (predecessor(before) ?? '');
  while (to < from) to += '_';
  return { from, to };
}

/** Whether the user of that key belongs to the range. */
export function includes(range: UserRange, key: string): boolean {
  return isBetween(halfOpen(range), key);
}

/** Whether a key is in a range. */
export function isBetween({ from, before }: HalfOpenRange, key: string): boolean {
  return from <= key && (before === undefined || key < before);
}

/** Whether users whose id begins with the prefix, in either case, may belong to the range. */
export function mayInclude(range: UserRange, prefix: string): boolean {
  const key = keyOf(prefix);
  if (key === undefined) return false;
  if (key.length === LONGEST_PREFIX) return includes(range, key);
  const { from, before } = halfOpen(range);
  const end = successor(key);
  return (end === undefined || from < end) && (before === undefined || key < before);
}
