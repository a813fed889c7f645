import { byId, setText } from './dom.ts';
import { type Session, TokenError, tokenInFragment } from './session.ts';

/** What of the page depends on whether the reader is signed in. */
export interface SignIn {
  /**
   * Shows the page as the session is: the orders, or the field for a token.
   *
   * @param reason why the session ended
   */
  show(reason?: string): void;
  /** Signs in with a token, or says at the field why that cannot be one. */
  take(text: string): void;
}

/** The field that takes a token, and the button that forgets it. */
export function createSignIn(session: Session): SignIn {
  const input = byId('access-token', HTMLInputElement);

  const showProblem = (sentence: string) => {
    setText(byId('access-token-error', HTMLParagraphElement), sentence);
    if (sentence === '') return input.removeAttribute('aria-invalid');
    input.setAttribute('aria-invalid', 'true');
    input.focus();
  };
  const show = (reason = '') => {
    const signedIn = session.token() !== undefined;
    document.body.dataset.state = signedIn ? 'signed-in' : 'signed-out';
    byId('session', HTMLElement).hidden = !signedIn;
    byId('sign-in', HTMLElement).hidden = signedIn;
    showProblem(reason);
  };
  const take = (text: string) => {
    try {
      session.signIn(text);
      input.value = '';
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      showProblem(error.message);
    }
  };

  byId('sign-in-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    take(input.value);
    // The form is gone now, and the focus with it.
    if (session.token() !== undefined) byId('place-title', HTMLElement).focus();
  });
  byId('sign-out', HTMLButtonElement).addEventListener('click', () => {
    session.signOut();
    // Nothing that belongs to this reader stays on the page or in its memory.
    location.reload();
  });
  return { show, take };
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
