import type { Occurrence } from '../activity.ts';
import { formatTime } from '../format.ts';

interface ActivityProps {
  readonly occurrences: readonly Occurrence[];
  readonly open: (order: string) => void;
}

/** What really happened, the newest first. */
export function Activity({ occurrences, open }: ActivityProps) {
  return (
    <section class="panel activity" aria-labelledby="activity-title">
      <h2 id="activity-title">Activity</h2>
      {occurrences.length === 0 && <p class="empty">Nothing has happened yet.</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <ol tabIndex={0} aria-labelledby="activity-title">
        {occurrences.map(({ key, at, kind, text, order }) => {
          const { clock, utc } = formatTime(at);
          return (
            <li key={key} data-kind={kind}>
              <time dateTime={at} title={utc}>
                {clock}
              </time>
              {order === undefined ? (
                <span>{text}</span>
              ) : (
                <button type="button" class="link" onClick={() => open(order)}>
                  {text}
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
