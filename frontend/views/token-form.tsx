import { useEffect, useRef, useState } from 'preact/hooks';
import { TokenError } from '../token-text.ts';

interface TokenFormProps {
  /** Why the last session ended, or why a token was not taken; empty at first. */
  readonly reason: string;
  /** The token that came with the page's address, and whose it says it is; undefined when there is none. */
  readonly offer: { readonly token: string; readonly userId: string | undefined } | undefined;
  /** @throws TokenError when the text cannot be a token */
  readonly signIn: (text: string) => void;
}

/** The field that takes a token. */
export function TokenForm({ reason, offer, signIn }: TokenFormProps) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState(reason);
  useEffect(() => setProblem(reason), [reason]);
  useEffect(() => {
    if (problem !== '') input.current?.focus();
  }, [problem]);

  const take = (text: string) => {
    try {
      signIn(text);
      // The form is gone now, and the focus with it.
      document.getElementById('place-title')?.focus();
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      setProblem(error.message);
      input.current?.focus();
    }
  };

  return (
    <main class="panel sign-in" aria-labelledby="sign-in-title">
      <h2 id="sign-in-title">Sign in</h2>
      <p>Orders are shown to those they belong to.</p>
      {offer !== undefined && (
        <div class="offer" role="status">
          <p>
            The link that you followed brings a token of <strong>{offer.userId ?? 'somebody it does not name'}</strong>.
            Use it only if you asked for it: the orders that you place will be theirs.
          </p>
          <button type="button" onClick={() => take(offer.token)}>
            Sign in as {offer.userId ?? 'its bearer'}
          </button>
        </div>
      )}
      <form
        noValidate
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          take(input.current?.value ?? '');
        }}
      >
        <label for="access-token">Access token</label>
        <input
          ref={input}
          id="access-token"
          type="password"
          required
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={problem === '' ? undefined : 'true'}
          aria-describedby="access-token-error access-token-hint"
        />
        <p class="error" id="access-token-error" role="alert">
          {problem}
        </p>
        <p class="hint" id="access-token-hint">
          From your identity provider. It stays in this tab alone, until you sign out or close it.
        </p>
        <button class="primary" type="submit">
          Sign in
        </button>
      </form>
    </main>
  );
}
