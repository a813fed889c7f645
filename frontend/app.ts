import { createApi } from './api.ts';
import { byId } from './dom.ts';
import { createOrderForm } from './order-form.ts';
import { createOrderList, type OrderList } from './order-list.ts';
import { repeatWhileVisible } from './poll.ts';
import { createSession, type Session } from './session.ts';
import { loadSettings } from './settings.ts';
import { createSignIn, takeFromAddress } from './sign-in.ts';
import { createStatus } from './status.ts';

// The health check works on every part of the system: often enough to see, rare enough not to weigh.
const HEALTH_PAUSE_MS = 10_000;

async function start(): Promise<void> {
  const handed = takeFromAddress();
  // Relative to the page, so that the page also works below a bucket's path.
  const { apiBaseUrl, shards, auth } = await loadSettings(new URL('config.json', document.baseURI));
  let list: OrderList | undefined;
  const session = auth === 'jwt' ? openSession(() => list, handed) : undefined;
  if (session === undefined) addEventListener('hashchange', takeFromAddress);
  const api = createApi(apiBaseUrl, session);
  list = createOrderList(api, shards, () => session === undefined || session.token() !== undefined);
  createOrderForm(api, list.refresh);
  repeatWhileVisible(createStatus(api), HEALTH_PAUSE_MS);
}

/**
 * Opens the session of a deployment that asks for a token.
 *
 * @param list gives the list of orders, once it is there
 * @param handed the token that came with the page's address
 */
function openSession(list: () => OrderList | undefined, handed: string | undefined): Session {
  const session = createSession(sessionStorage, (reason) => {
    signIn.show(reason);
    list()?.restart();
  });
  const signIn = createSignIn(session);
  signIn.show();
  // Not over a session: anybody can make a link with a token of theirs, and would get the orders that its reader goes on to
  // place (login CSRF, RFC 6819, section 4.4.2.5).
  const take = (token: string | undefined) => {
    if (token !== undefined && session.token() === undefined) signIn.take(token);
  };
  take(handed);
  // An address that differs in its fragment alone does not load the page anew.
  addEventListener('hashchange', () => take(takeFromAddress()));
  return session;
}

start().catch((error: unknown) => {
  document.body.dataset.state = 'broken';
  const notice = byId('notice', HTMLParagraphElement);
  notice.lastElementChild?.append(error instanceof Error ? error.message : String(error));
  notice.hidden = false;
});
