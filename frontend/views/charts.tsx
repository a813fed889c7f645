import type { Statistics } from '../api.ts';
import { formatCount, formatRoughly } from '../format.ts';
import { Bars } from './bars.tsx';

/** What happened in the last hour, and how orders are spread over the shards. */
export function Charts({ stats }: { readonly stats: Statistics | undefined }) {
  const minutes = stats?.minutes ?? [];
  const times = minutes.map(({ at }) => at);
  const all = Math.max(1, stats?.orders ?? 0);
  return (
    <section class="panel charts" aria-labelledby="charts-title">
      <h2 id="charts-title">The last hour</h2>
      <Bars title="Orders a minute" times={times} values={minutes.map(({ orders }) => orders)} format={formatCount} />
      <Bars
        title="Revenue a minute"
        times={times}
        values={minutes.map(({ revenue }) => Number(revenue))}
        format={(value) => formatRoughly(String(value))}
      />
      <h3 id="shares-title">Share of the shards</h3>
      <ul class="shares" aria-labelledby="shares-title">
        {(stats?.shards ?? []).map(({ shard, shard_info, orders, revenue }) => (
          <li key={shard}>
            <span>{shard_info}</span>
            <meter min={0} max={1} value={orders / all} aria-label={`Share of ${shard}`} />
            <span class="sub">{`${formatCount(orders)} · ${formatRoughly(revenue)}`}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
