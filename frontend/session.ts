import { type Identity, type IdentityRules, identityOf } from '../functions/domain/identity.ts';
import { claimsOf } from './claims.ts';
import { type Grant, type OidcClient, SignInError } from './oidc-client.ts';

/** Where the session outlives a reload: the tab's own storage, which other tabs do not see and which ends with the tab. */
export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear'>;

/** The reader's session, for a deployment that asks for a token. */
export interface Session {
  /** Who is signed in, as the API will see them; undefined while nobody is. */
  reader(): Identity | undefined;
  /** The token to send now: another one when the last is about to expire. Undefined while nobody is signed in. */
  token(): Promise<string | undefined>;
  /**
   * The API refused a token. Gives the token to try instead, or ends the session.
   *
   * @throws SignInError when the issuer does not respond, which ends nothing
   */
  replace(refused: string): Promise<string | undefined>;
  /** The API refused a token that was new. One that was replaced meanwhile is none of anybody's business any more. */
  refuse(token: string): void;
  signIn(grant: Grant): void;
  /** Forgets everything that the tab keeps. @returns the ID token, for the issuer to end its own session */
  signOut(): string | undefined;
}

/** What the reader is told when their session ends by itself. */
export const SIGNED_OUT = 'Your sign-in is not valid, or not any more. Sign in again: what you typed is still there.';

const KEY = 'orderflow.session';

/**
 * @param rules which claims say who bears a token
 * @param issuer renews tokens; undefined where readers bring their own
 * @param changed called after the reader has changed, with a sentence when the session ended by itself
 */
export function createSession(
  storage: TabStorage,
  rules: IdentityRules,
  issuer: Pick<OidcClient, 'renew'> | undefined,
  changed: (reason?: string) => void,
): Session {
  let renewal: Promise<void> | undefined;

  const kept = (): Grant | undefined => {
    const text = storage.getItem(KEY);
    return text === null ? undefined : JSON.parse(text);
  };
  const keep = (grant: Grant) => storage.setItem(KEY, JSON.stringify(grant));
  const end = () => {
    storage.removeItem(KEY);
    changed(SIGNED_OUT);
  };

  /** Requests that find the same token stale wait for the same renewal: a refresh token may be good for one. */
  const renew = (grant: Grant): Promise<void> => {
    renewal ??= exchange(grant).finally(() => {
      renewal = undefined;
    });
    return renewal;
  };
  const exchange = async ({ refreshToken, ...grant }: Grant) => {
    const isCurrent = () => kept()?.token === grant.token;
    if (issuer === undefined || refreshToken === undefined) return end();
    try {
      const renewed = await issuer.renew({ ...grant, refreshToken });
      // Nobody is signed in again who signed out meanwhile.
      if (isCurrent()) keep(renewed);
    } catch (error) {
      if (!(error instanceof SignInError) || !error.isRefusal) throw error;
      if (isCurrent()) end();
    }
  };

  return {
    reader: () => {
      const grant = kept();
      return grant === undefined ? undefined : identityOf(claimsOf(grant.token), rules);
    },
    token: async () => {
      const grant = kept();
      const isStale = grant?.renewAt !== undefined && Date.now() > grant.renewAt;
      if (grant?.refreshToken !== undefined && isStale) {
        await renew(grant).catch((error: unknown) => {
          // The old one may still do; if not, the API says so.
          if (!(error instanceof SignInError)) throw error;
        });
      }
      return kept()?.token;
    },
    replace: async (refused) => {
      const grant = kept();
      if (grant?.token === refused) await renew(grant);
      return kept()?.token;
    },
    refuse: (refused) => {
      if (kept()?.token === refused) end();
    },
    signIn: (grant) => {
      keep(grant);
      changed();
    },
    signOut: () => {
      const idToken = kept()?.idToken;
      storage.clear();
      changed();
      return idToken;
    },
  };
}
