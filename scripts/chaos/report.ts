import { printable } from '../../tooling/printable.ts';
import { tableLines } from '../../tooling/table.ts';
import type { Evidence } from './evidence.ts';
import { isSound, judge, type Problem, type Verdict } from './judge.ts';
import type { Load } from './load.ts';
import type { Attempt } from './request.ts';

const NAMED_PROBLEMS = 20;

/** Prints lines with the seconds since it was made. */
export function timedLog(): (text: string) => void {
  const begun = performance.now();
  return (text) => console.log(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${text}`);
}

/** From when to when, in `performance.now()`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type Row = readonly [what: string, value: string | number];

/**
 * Compares what clients were told with what is there, and prints the result.
 *
 * @param run.reads other requests
 * @param run.outages when requests may have had no response
 * @param run.drained seconds until everything was delivered; undefined when it took longer than `drainSeconds`
 * @param run.rows what else to print
 * @returns whether every order took effect exactly once, and every other request was responded to
 */
export function printResult(run: {
  evidence: Evidence;
  load: Load;
  reads?: readonly Attempt[];
  outages?: readonly Span[];
  loadSeconds: number;
  drained: number | undefined;
  drainSeconds: number;
  rows: readonly Row[];
}): boolean {
  const { evidence, load, reads = [], outages = [], loadSeconds, drained, drainSeconds, rows } = run;
  const verdict = judge(load.acknowledged, evidence);
  const drainRow: Row = ['seconds until drained', drained?.toFixed(1) ?? `more than ${drainSeconds}`];
  const undisturbed = outside(outages, [...load.attempts, ...reads]);
  const unanswered = undisturbed.filter(({ status }) => status === undefined).length;
  const slowest = Math.max(0, ...undisturbed.map(({ milliseconds }) => milliseconds));
  const waitRows: Row[] = [
    ['slowest request, the runner being up', `${slowest.toFixed(0)} ms`],
    ['requests without a response, the runner being up', unanswered],
  ];
  const resultRows = [...rows, ...verdictRows(verdict), ...loadRows(load, loadSeconds), ...waitRows, drainRow];
  const table = tableLines(resultRows, '  ');
  console.log(['', ...table].join('\n'));
  for (const line of describeProblems(verdict, load.refused)) console.log(printable(line));
  return isSound(verdict) && load.refused.length + unanswered === 0;
}

/** Those that were not under way in an outage. */
export function outside(outages: readonly Span[], attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(
    ({ startedAt, milliseconds }) => !outages.some(({ from, to }) => startedAt < to && startedAt + milliseconds > from),
  );
}

function verdictRows(verdict: Verdict): Row[] {
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
    ['events out of order', verdict.overtaken.length],
    ['outbox rows left', verdict.outboxRows],
    ['duplicate deliveries', `${verdict.duplicateEvents} events, ${verdict.duplicateConfirmations} confirmations`],
  ];
}

function loadRows({ acknowledged, attempts, refused }: Load, seconds: number): Row[] {
  const failures = attempts.filter(({ status }) => status !== 201);
  const byStatus = Map.groupBy(failures, ({ status }) => (status === undefined ? 'no response' : String(status)));
  const kinds = [...byStatus].map(([status, list]) => `${list.length} x ${status}`).join(', ');
  return [
    ['refused with a 4xx', refused.length],
    ['requests that failed and were retried', kinds || 'none'],
    ['seconds under load', seconds.toFixed(1)],
    ['requests per second', (attempts.length / seconds).toFixed(1)],
    ['orders per second', (acknowledged.length / seconds).toFixed(1)],
    ['response times', latencies(attempts)],
  ];
}

/** Median, 99th percentile and maximum of the requests that created an order. */
export function latencies(attempts: readonly Attempt[]): string {
  const times = attempts.filter(({ status }) => status === 201).map(({ milliseconds }) => milliseconds);
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => percentile(times, share).toFixed(0));
  return `p50 ${p50} ms, p99 ${p99} ms, at most ${most} ms`;
}

function describeProblems({ lost, doubled, overtaken }: Verdict, refused: readonly string[]): string[] {
  const describe = (kind: string) => (problem: Problem) =>
    `${kind}: order ${problem.order} (${problem.id}): ${problem.what.join(', ')}`;
  const problems = [
    ...lost.map(describe('lost')),
    ...doubled.map(describe('doubled')),
    ...overtaken.map(describe('out of order')),
  ];
  const lines = [...problems, ...refused];
  const more = lines.length - NAMED_PROBLEMS;
  return more > 0 ? [...lines.slice(0, NAMED_PROBLEMS), `... and ${more} more`] : lines;
}

/** The value that `share` (0..1) of all values do not exceed; 0 when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
