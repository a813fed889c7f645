/** Where the token outlives a reload: the tab's own storage, which other tabs do not see and which ends with the tab. */
export type TokenStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The reader's access token, for a deployment that asks for one. */
export interface Session {
  /** The token to send; undefined while the reader is signed out. */
  token(): string | undefined;
  /** @throws TokenError when the text cannot be a token */
  signIn(text: string): void;
  signOut(): void;
  /**
   * The API refused a token. A token that was replaced meanwhile is none of anybody's business any more.
   *
   * @param reason the API's sentence
   */
  refuse(token: string, reason: string): void;
}

/** Thrown for a text that cannot be a token; the message is a sentence for the reader. */
export class TokenError extends Error {
  override name = 'TokenError';
}

const KEY = 'orderflow.access_token';
/** https://www.rfc-editor.org/rfc/rfc6750#section-2.1; anything else could not be sent in a header. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * @param changed called after each change, with the API's sentence when a refused token is the reason
 */
export function createSession(storage: TokenStorage, changed: (reason?: string) => void): Session {
  const token = () => storage.getItem(KEY) ?? undefined;
  return {
    token,
    signIn: (text) => {
      storage.setItem(KEY, parseToken(text));
      changed();
    },
    signOut: () => {
      storage.removeItem(KEY);
      changed();
    },
    refuse: (refused, reason) => {
      if (refused !== token()) return;
      storage.removeItem(KEY);
      changed(reason);
    },
  };
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
export function takeFromAddress(): string | undefined {
  const { hash, pathname, search } = location;
  if (hash.includes('=')) history.replaceState(history.state, '', pathname + search);
  return tokenInFragment(hash);
}

function parseToken(text: string): string {
  const token = text.trim().replace(/^Bearer(\s+|$)/i, '');
  if (token === '') throw new TokenError('Paste a token first.');
  if (!TOKEN.test(token)) throw new TokenError('This is no token: it has characters that no token has.');
  return token;
}
