import { render } from 'preact';
import { identityOf } from '../functions/domain/identity.ts';
import { createApi } from './api.ts';
import { claimsOf } from './claims.ts';
import { OidcClient } from './oidc-client.ts';
import { createSession } from './session.ts';
import type { Settings, TokenSettings } from './settings.ts';
import { beginSignIn, returnedSignIn } from './sign-in.ts';
import { parseToken, takeFromFragment } from './token-text.ts';
import { Dashboard } from './views/dashboard.tsx';
import { SignIn } from './views/sign-in.tsx';
import { TokenForm } from './views/token-form.tsx';

/**
 * Shows the page of a deployment that asks for a token.
 *
 * @param handed the token that came with the page's address
 */
export function openSession(
  { apiBaseUrl, shards }: Settings,
  auth: TokenSettings,
  handed: string | undefined,
  root: HTMLElement,
): void {
  const { signIn } = auth;
  const issuer = signIn && new OidcClient(signIn, location.origin + location.pathname);
  const session = createSession(sessionStorage, auth, issuer, (reason) => show(reason));
  const api = createApi(apiBaseUrl, session);
  let offered = session.reader() === undefined ? handed : undefined;
  let isCompleting = false;

  const leave = async () => {
    const idToken = session.signOut();
    // The reader is signed out here, whether or not the issuer can be reached.
    const address = await issuer?.endSessionUrl(idToken).catch(() => undefined);
    // Nothing that belongs to this reader stays on the page or in its memory.
    location.replace(address ?? location.pathname);
  };

  const begin = async () => {
    if (issuer !== undefined) location.assign(await beginSignIn(sessionStorage, issuer, location.search));
  };

  const show = (reason = '') => {
    const reader = session.reader();
    // Only with the reader's consent, and not over a session: anybody can make a link with a token of theirs, and would get the
    // orders that its reader goes on to place (login CSRF, RFC 6819, section 4.4.2.5).
    const offer = offered === undefined ? undefined : { token: offered, ...identityOf(claimsOf(offered), auth) };
    render(
      <Dashboard api={api} shards={shards} session={session} leave={() => void leave()}>
        {reader === undefined &&
          (signIn === undefined ? (
            <TokenForm
              reason={reason}
              offer={offer}
              signIn={(text) => {
                const token = parseToken(text);
                offered = undefined;
                session.signIn({ token });
              }}
            />
          ) : (
            <SignIn issuer={signIn.issuer} reason={reason} isCompleting={isCompleting} begin={begin} />
          ))}
      </Dashboard>,
      root,
    );
  };

  const complete = async () => {
    const returned = issuer && returnedSignIn(sessionStorage, location.search);
    if (issuer === undefined || returned === undefined) return show();
    history.replaceState(history.state, '', location.pathname + returned.search);
    if (session.reader() !== undefined) return show();
    isCompleting = true;
    show();
    try {
      const grant = await returned.complete(issuer);
      isCompleting = false;
      session.signIn(grant);
    } catch (error) {
      isCompleting = false;
      show(error instanceof Error ? error.message : String(error));
    }
  };
  void complete();

  // An address that differs in its fragment alone does not load the page anew.
  addEventListener('hashchange', () => {
    const token = takeFromFragment();
    if (token === undefined || session.reader() !== undefined) return;
    offered = token;
    show();
  });
}
