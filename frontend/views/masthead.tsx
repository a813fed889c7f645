import type { Overview } from '../api.ts';
import { formatTime } from '../format.ts';
import type { Liveness } from '../live.ts';
import { outagesOf, partName } from '../parts.ts';
import type { Session } from '../session.ts';

interface MastheadProps {
  readonly overview: Overview | undefined;
  readonly liveness: Liveness;
  readonly problem: string;
  /** The session that can be ended, if there is one. */
  readonly session: Session | undefined;
}

/** The page's head: its name, whether it is live, and what is down. */
export function Masthead({ overview, liveness, problem, session }: MastheadProps) {
  const outages = overview === undefined ? [] : outagesOf(overview);
  const signOut = () => {
    session?.signOut();
    // Nothing that belongs to this reader stays on the page or in its memory.
    location.reload();
  };
  return (
    <header class="masthead">
      <div class="name">
        <h1>OrderFlow</h1>
        <p>Place an order and follow it to its shard, its receipt and its event.</p>
      </div>
      <p class="liveness" data-state={liveness}>
        <span class="dot" aria-hidden="true" />
        <span id="liveness">{liveness}</span>
      </p>
      {session !== undefined && (
        <p class="session">
          <span>Signed in</span>{' '}
          <button type="button" onClick={signOut}>
            Sign out
          </button>
        </p>
      )}
      <div class="outages" role="status">
        {problem !== '' && liveness === 'reconnecting' && (
          <p class="outage">
            <strong>The API cannot be reached.</strong> {problem} What you see is from before. Trying again.
          </p>
        )}
        {outages.map(({ part, since, meaning }) => (
          <p class="outage" key={part}>
            <strong>
              {partName(part)} is down{since === undefined ? '' : ` since ${formatTime(since).clock}`}.
            </strong>{' '}
            {meaning}
          </p>
        ))}
      </div>
    </header>
  );
}
