/** Thrown for a text that cannot be a token; the message is a sentence for the reader. */
export class TokenError extends Error {
  override name = 'TokenError';
}

/** https://www.rfc-editor.org/rfc/rfc6750#section-2.1; anything else could not be sent in a header. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * Reads the token that a reader pasted.
 *
 * @throws TokenError when the text cannot be a token
 */
export function parseToken(text: string): string {
  const token = text.trim().replace(/^Bearer(\s+|$)/i, '');
  if (token === '') throw new TokenError('Paste a token first.');
  if (!TOKEN.test(token)) throw new TokenError('This is no token: it has characters that no token has.');
  return token;
}

/**
 * Finds the token that an identity provider appended to the page's address, as in `#access_token=...&token_type=Bearer`.
 *
 * @param fragment the address from its `#` on
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2
 */
export function tokenInFragment(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('access_token') || undefined;
}

/**
 * Takes the token that an identity provider put into the page's address, before anybody can bookmark or share it. What comes
 * with parameters goes from the address in any case; a place within the page has none.
 */
export function takeFromFragment(): string | undefined {
  const { hash, pathname, search } = location;
  if (hash.includes('=')) history.replaceState(history.state, '', pathname + search);
  return tokenInFragment(hash);
}
