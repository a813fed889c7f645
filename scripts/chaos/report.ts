import type { Problem, Verdict } from './judge.ts';
import { percentile } from './latency.ts';
import type { Load } from './load.ts';
import type { Attempt } from './place-order.ts';

const NAMED_PROBLEMS = 20;

/** One line of a table. */
export type Row = readonly [what: string, value: string | number];

/** Lines with the values in a column of their own. */
export function formatTable(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows.map(([what, value]) => `  ${what.padEnd(width)}  ${value}`).join('\n');
}

/** What became of the orders. */
export function verdictRows(verdict: Verdict): Row[] {
  return [
    ['acknowledged', verdict.acknowledged],
    ['stored', verdict.stored],
    ['stored, never acknowledged', verdict.storedUnacknowledged],
    ['receipts', verdict.receipts],
    ['events', verdict.events],
    ['confirmations', verdict.confirmations],
    ['confirmed', verdict.confirmed],
    ['doubled (in effect)', verdict.doubled.length],
    ['lost', verdict.lost.length],
    ['events out of order', verdict.overtaken],
    ['outbox rows left', verdict.outboxRows],
    ['duplicate deliveries', `${verdict.duplicateEvents} events, ${verdict.duplicateConfirmations} confirmations`],
  ];
}

/** What the clients went through. */
export function loadRows({ acknowledged, attempts, refused }: Load, seconds: number): Row[] {
  const failures = attempts.filter(({ status }) => status !== 201);
  const byStatus = Map.groupBy(failures, ({ status }) => (status === undefined ? 'no answer' : String(status)));
  const kinds = [...byStatus].map(([status, list]) => `${list.length} x ${status}`).join(', ');
  return [
    ['refused with a 4xx', refused.length],
    ['requests that failed and were retried', kinds || 'none'],
    ['seconds under load', seconds.toFixed(1)],
    ['requests per second', (attempts.length / seconds).toFixed(1)],
    ['orders per second', (acknowledged.length / seconds).toFixed(1)],
    ['answered in', latencies(attempts)],
  ];
}

/** Median and 99th percentile of the requests that created an order. */
export function latencies(attempts: readonly Attempt[]): string {
  const times = attempts.filter(({ status }) => status === 201).map(({ milliseconds }) => milliseconds);
  return `p50 ${percentile(times, 0.5).toFixed(0)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms`;
}

/** The first problems, each with its order. */
export function describeProblems({ lost, doubled }: Verdict, refused: readonly string[]): string[] {
  const describe = (kind: string) => (problem: Problem) =>
    `${kind}: order ${problem.order} (${problem.id}): ${problem.what.join(', ')}`;
  const lines = [...lost.map(describe('lost')), ...doubled.map(describe('doubled')), ...refused];
  const more = lines.length - NAMED_PROBLEMS;
  return more > 0 ? [...lines.slice(0, NAMED_PROBLEMS), `... and ${more} more`] : lines;
}
