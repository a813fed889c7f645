import { useEffect, useRef, useState } from 'preact/hooks';
import { TokenError } from '../session.ts';

interface SignInProps {
  /** Why the last session ended, or why a token was not taken; empty at first. */
  readonly reason: string;
  /** @throws TokenError when the text cannot be a token */
  readonly signIn: (text: string) => void;
}

/** The field that takes a token. */
export function SignIn({ reason, signIn }: SignInProps) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState(reason);
  useEffect(() => setProblem(reason), [reason]);
  useEffect(() => {
    if (problem !== '') input.current?.focus();
  }, [problem]);

  const submit = (event: Event) => {
    event.preventDefault();
    try {
      signIn(input.current?.value ?? '');
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
      <form noValidate autocomplete="off" onSubmit={submit}>
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
