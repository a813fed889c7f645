import type { Identity } from '../../functions/domain/identity.ts';
import type { Overview } from '../api.ts';
import { formatTime } from '../format.ts';
import type { Liveness } from '../live.ts';
import { outagesOf, partName } from '../parts.ts';

interface MastheadProps {
  readonly overview: Overview | undefined;
  readonly liveness: Liveness;
  readonly problem: string;
  /** Who is signed in, if anybody is. */
  readonly reader: Identity | undefined;
  /** Signs them out. */
  readonly leave: (() => void) | undefined;
}

/** The page's head: its name, whether it is live, and what is down. */
export function Masthead({ overview, liveness, problem, reader, leave }: MastheadProps) {
  const outages = overview === undefined ? [] : outagesOf(overview);
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
      {reader !== undefined && (
        <p class="session">
          <span>
            {reader.userId === undefined ? (
              'Signed in'
            ) : (
              <>
                Signed in as <strong>{reader.userId}</strong>
              </>
            )}
            {reader.operator && ' · operator, sees everybody’s orders'}
          </span>
          <button type="button" onClick={leave}>
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
