/** A part of a list, and the token for the next part if there is one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/**
 * Cuts a page from a list.
 *
 * @param token the one that came with the page before; undefined for the first
 * @returns undefined when the token is none of ours
 */
export function pageOf<Item>(all: readonly Item[], size: number, token: string | undefined): Page<Item> | undefined {
  const start =
    token === undefined ? 0 : Number(/^page-(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString())?.[1]);
  if (Number.isNaN(start)) return undefined;
  const end = start + size;
  const next = Buffer.from(`page-${end}`).toString('base64url');
  return { items: all.slice(start, end), ...(end < all.length && { next }) };
}
