import { type Grant, newSecrets, type OidcClient, type Secrets, SignInError } from './oidc-client.ts';

interface Attempt extends Secrets {
  /** The query of the address that the reader came from. */
  readonly search: string;
}

const KEY = 'orderflow.sign_in';

/**
 * Begins a sign-in, which outlives the way to the issuer and back in this tab alone.
 *
 * @param search the query of the page's address, for the way back
 * @returns the address at which the reader signs in
 * @throws SignInError
 */
export async function beginSignIn(
  storage: Pick<Storage, 'setItem'>,
  client: Pick<OidcClient, 'authorizationUrl'>,
  search: string,
): Promise<string> {
  // Browsers have the cryptography for PKCE only there.
  if (!isSecureContext) throw new SignInError('Sign-in needs HTTPS: open this page with it.', { isRefusal: true });
  const secrets = newSecrets();
  const address = await client.authorizationUrl(secrets);
  storage.setItem(KEY, JSON.stringify({ ...secrets, search } satisfies Attempt));
  return address;
}

/** A sign-in on its way back. */
export interface ReturnedSignIn {
  /** The query that the page's address had before. */
  readonly search: string;
  /** @throws SignInError when it was begun elsewhere, was tampered with, or the issuer refused */
  complete(client: Pick<OidcClient, 'redeem'>): Promise<Grant>;
}

/**
 * Recognizes a response of the issuer in the query of the page's address. It serves once.
 *
 * @returns undefined for any other query
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
 */
export function returnedSignIn(
  storage: Pick<Storage, 'getItem' | 'removeItem'>,
  query: string,
): ReturnedSignIn | undefined {
  const response = new URLSearchParams(query);
  if (!response.has('state') || !(response.has('code') || response.has('error'))) return undefined;
  const text = storage.getItem(KEY);
  storage.removeItem(KEY);
  const attempt: Attempt | undefined = text === null ? undefined : JSON.parse(text);
  return {
    search: attempt?.search ?? '',
    complete: async (client) => {
      // Anybody can make a link with a response to a sign-in of theirs.
      if (attempt !== undefined) return client.redeem(response, attempt);
      throw new SignInError('This sign-in was not begun in this tab, or it is finished. Sign in again.', {
        isRefusal: true,
      });
    },
  };
}
