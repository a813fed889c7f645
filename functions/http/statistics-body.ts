import type { OrderStatisticsBody } from '../contract/http/responses.ts';
import type { ShardAnswers } from '../domain/ask-shards.ts';
import { formatMoney } from '../domain/money.ts';
import { describeShard, shardName } from '../domain/shard-map.ts';
import {
  byStatus,
  type LagSummary,
  lastMinutes,
  type ShardStatistics,
  sum,
  summarizeLags,
  type Tally,
} from '../domain/statistics.ts';
import { missingShards } from './order-body.ts';

/** The numbers of all shards together, and of each. */
export function toStatisticsBody({ answers, unavailableShards }: ShardAnswers<ShardStatistics>): OrderStatisticsBody {
  const all = answers.map(({ answer }) => answer);
  // Databases have clocks of their own. The latest leaves no minute out.
  const asOf = new Date(Math.max(...all.map((statistics) => statistics.asOf.getTime())));
  return {
    as_of: asOf.toISOString(),
    ...tallies(all),
    shards: answers.map(({ shard, answer }) => ({
      shard: shardName(shard),
      shard_info: describeShard(shard),
      ...tallies([answer]),
      outbox: {
        orders: answer.outbox.orders,
        oldest_age_seconds: Math.round(answer.outbox.oldestAgeSeconds * 10) / 10,
      },
    })),
    minutes: lastMinutes(all, asOf).map((minute) => ({ at: minute.at.toISOString(), ...toTally(minute) })),
    lags: {
      published: toLag(summarizeLags(all.map(({ publishedLags }) => publishedLags))),
      confirmed: toLag(summarizeLags(all.map(({ confirmedLags }) => confirmedLags))),
    },
    ...missingShards(unavailableShards),
  };
}

function tallies(all: readonly ShardStatistics[]) {
  const placed = sum(all.map((statistics) => statistics.placed));
  const { created, confirmed } = byStatus({ placed, confirmed: sum(all.map((statistics) => statistics.confirmed)) });
  return { ...toTally(placed), by_status: { created: toTally(created), confirmed: toTally(confirmed) } };
}

function toTally({ orders, revenue }: Tally) {
  return { orders, revenue: formatMoney(revenue) };
}

function toLag({ orders, p50, p95 }: LagSummary) {
  return { orders, p50_ms: p50 ?? null, p95_ms: p95 ?? null };
}
