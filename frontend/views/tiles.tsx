import type { Statistics } from '../api.ts';
import { formatCount, formatDuration, formatPrice, formatRoughly } from '../format.ts';

interface Tile {
  readonly label: string;
  readonly value: string;
  readonly title?: string;
  readonly note: string;
}

/** The numbers at one glance. */
export function Tiles({ stats }: { readonly stats: Statistics | undefined }) {
  return (
    <dl class="tiles" aria-label="Numbers">
      {tilesOf(stats).map(({ label, value, title, note }) => (
        <div class="tile" key={label}>
          <dt>{label}</dt>
          <dd class="value" title={title}>
            {value}
          </dd>
          <dd class="note">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

function tilesOf(stats: Statistics | undefined): Tile[] {
  if (stats === undefined) {
    return ['Orders', 'Revenue', 'Orders a minute', 'Published after', 'Confirmed after', 'Waiting'].map((label) => ({
      label,
      value: '–',
      note: '',
    }));
  }
  const { lags, minutes, by_status, shards } = stats;
  const lastHour = minutes.reduce((sum, { orders }) => sum + orders, 0);
  const waiting = shards.reduce((sum, { outbox }) => sum + outbox.orders, 0);
  const oldest = Math.max(0, ...shards.map(({ outbox }) => outbox.oldest_age_seconds));
  const missing = stats.partial ? `without ${stats.unavailable_shards?.join(' and ')}` : undefined;
  return [
    {
      label: 'Orders',
      value: formatCount(stats.orders),
      note: missing ?? `${formatCount(by_status.confirmed.orders)} confirmed`,
    },
    {
      label: 'Revenue',
      value: formatRoughly(stats.revenue),
      title: formatPrice(stats.revenue),
      note: missing ?? `${formatRoughly(by_status.confirmed.revenue)} confirmed`,
    },
    {
      label: 'Orders a minute',
      value: formatCount(minutes.at(-2)?.orders ?? 0),
      note: `${formatCount(lastHour)} in the last hour`,
    },
    { label: 'Published after', value: formatDuration(lags.published.p50_ms), note: percentile(lags.published.p95_ms) },
    { label: 'Confirmed after', value: formatDuration(lags.confirmed.p50_ms), note: percentile(lags.confirmed.p95_ms) },
    {
      label: 'Waiting',
      value: formatCount(waiting),
      note: waiting === 0 ? 'all delivered' : `the oldest for ${formatDuration(oldest * 1_000)}`,
    },
  ];
}

function percentile(milliseconds: number | null): string {
  return milliseconds === null ? 'nothing in the last hour' : `95 % within ${formatDuration(milliseconds)}`;
}
