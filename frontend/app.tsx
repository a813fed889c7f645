import { render } from 'preact';
import { createApi } from './api.ts';
import { createSession, type Session, TokenError, takeFromAddress } from './session.ts';
import { loadSettings, type Settings } from './settings.ts';
import { Dashboard } from './views/dashboard.tsx';
import { SignIn } from './views/sign-in.tsx';

const root = document.getElementById('app') as HTMLElement;

async function start(): Promise<void> {
  const handed = takeFromAddress();
  // Relative to the page, so that the page also works below a bucket's path.
  const settings = await loadSettings(new URL('config.json', document.baseURI));
  if (settings.auth === 'none') {
    addEventListener('hashchange', takeFromAddress);
    render(<Dashboard api={createApi(settings.apiBaseUrl)} shards={settings.shards} />, root);
    return;
  }
  openSession(settings, handed);
}

/** Shows the page of a deployment that asks for a token. @param handed the token that came with the page's address */
function openSession({ apiBaseUrl, shards }: Settings, handed: string | undefined): void {
  const session: Session = createSession(sessionStorage, (reason) => show(reason));
  const api = createApi(apiBaseUrl, session);
  const show = (reason = '') => {
    const signedIn = session.token() !== undefined;
    render(
      <Dashboard api={api} shards={shards} session={session}>
        {!signedIn && <SignIn reason={reason} signIn={(text) => session.signIn(text)} />}
      </Dashboard>,
      root,
    );
  };
  // Not over a session: anybody can make a link with a token of theirs, and would get the orders that its reader goes on to
  // place (login CSRF, RFC 6819, section 4.4.2.5).
  const take = (token: string | undefined) => {
    if (token === undefined || session.token() !== undefined) return;
    try {
      session.signIn(token);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      show(error.message);
    }
  };
  show();
  take(handed);
  // An address that differs in its fragment alone does not load the page anew.
  addEventListener('hashchange', () => take(takeFromAddress()));
}

start().catch((error: unknown) => {
  const sentence = error instanceof Error ? error.message : String(error);
  render(
    <p class="notice" role="alert">
      <strong>The dashboard cannot start.</strong> {sentence}
    </p>,
    root,
  );
});
