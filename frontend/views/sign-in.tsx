import { useEffect, useRef, useState } from 'preact/hooks';

interface SignInProps {
  /** The address of the issuer. */
  readonly issuer: string;
  /** Why the last session ended, or why a sign-in failed; empty at first. */
  readonly reason: string;
  /** Whether a sign-in is being completed. */
  readonly isCompleting: boolean;
  /** Leaves for the issuer. @throws Error with a sentence for the reader */
  readonly begin: () => Promise<void>;
}

/** The way to the issuer. */
export function SignIn({ issuer, reason, isCompleting, begin }: SignInProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [problem, setProblem] = useState(reason);
  const [isLeaving, setLeaving] = useState(false);
  useEffect(() => setProblem(reason), [reason]);
  useEffect(() => {
    if (problem !== '') button.current?.focus();
  }, [problem]);

  useEffect(() => {
    // Back from the issuer by the browser's own button.
    const returned = () => setLeaving(false);
    addEventListener('pageshow', returned);
    return () => removeEventListener('pageshow', returned);
  }, []);

  const leave = async () => {
    if (isLeaving || isCompleting) return;
    setLeaving(true);
    setProblem('');
    try {
      await begin();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setLeaving(false);
    }
  };

  const { host } = new URL(issuer);
  return (
    <main class="panel sign-in" aria-labelledby="sign-in-title">
      <h2 id="sign-in-title">Sign in</h2>
      <p>Orders are shown to those they belong to.</p>
      <p class="error" role="alert">
        {problem}
      </p>
      <button
        ref={button}
        class="primary"
        type="button"
        aria-disabled={isLeaving || isCompleting ? 'true' : undefined}
        onClick={leave}
      >
        {isCompleting ? 'Signing in…' : `Sign in at ${host}`}
      </button>
      <p class="hint">The session stays in this tab alone, until you sign out or close it.</p>
    </main>
  );
}
