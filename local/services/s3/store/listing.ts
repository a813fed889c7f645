import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { OBJECT_COLUMNS, type ObjectRow, objectOf, type StoredObject } from './stored.ts';

export interface ListQuery {
  readonly prefix: string;
  /** Gathers all keys that have it after the prefix into one common prefix; empty for none. */
  readonly delimiter: string;
  /** Lists what comes after this key, and after the common prefix that gathers it. */
  readonly after: string;
  /** Objects and common prefixes together. */
  readonly limit: number;
}

/** An entry of a listing: an object, or the common prefix of several. */
export type Listed = { readonly object: StoredObject } | { readonly prefix: string };

export interface Listing {
  /** In the order of their UTF-8 bytes. */
  readonly entries: readonly Listed[];
  readonly isTruncated: boolean;
}

/** Greater than any text, by SQLite's order of types. */
const END = new Uint8Array();

/** Lists the keys of a bucket by its index: keys that a common prefix gathers are skipped over, not read. */
export class ObjectLists {
  readonly #rows: StatementSync;

  constructor(database: DatabaseSync) {
    this.#rows = database.prepare(
      `SELECT ${OBJECT_COLUMNS} FROM object WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key`,
    );
  }

  list(bucket: string, { prefix, delimiter, after, limit }: ListQuery): Listing {
    const end = successor(prefix) ?? END;
    const gathered = commonPrefix(after, prefix, delimiter);
    // No key lies between a key and the same key with U+0000 appended.
    let from = gathered === undefined ? (after === '' ? prefix : largest(prefix, `${after}\0`)) : successor(gathered);
    const entries: Listed[] = [];
    while (from !== undefined) {
      const rows = this.#rows.iterate(bucket, from, end) as unknown as Iterable<ObjectRow>;
      from = undefined;
      for (const row of rows) {
        if (entries.length >= limit) return { entries, isTruncated: limit > 0 };
        const common = commonPrefix(row.key, prefix, delimiter);
        if (common === undefined) entries.push({ object: objectOf(row) });
        else {
          entries.push({ prefix: common });
          from = successor(common);
          break;
        }
      }
    }
    return { entries, isTruncated: false };
  }
}

/** The part of a key up to the first delimiter after the prefix; undefined when nothing gathers it. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : key.slice(0, at + delimiter.length);
}

/** The least text that is greater than all texts with this beginning, in the order of code points; undefined if there is none. */
export function successor(beginning: string): string | undefined {
  const points = Array.from(beginning, (sign) => sign.codePointAt(0) as number);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Between these two lie the surrogates, which are no characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

function largest(a: string, b: string): string {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 ? a : b;
}
