import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../../chaos/report.ts';

/** How long, and by how many at a time. */
export interface Pace {
  readonly clients: number;
  readonly warmUpSeconds: number;
  /** The time that is measured, after the warm-up; longer where a client has not begun anything in it. */
  readonly seconds: number;
  /** All clients together begin so many a second; without it, each begins the next as soon as the last one has ended. */
  readonly perSecond?: number;
  /** Ends the measurement once so many were begun. */
  readonly atMost?: number;
}

export interface Measured {
  /** Done in the time that is measured, failures apart. */
  readonly done: number;
  readonly perSecond: number;
  /** This and the following: of what was done and of what failed, since whoever asked has waited for both. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** How often each failure came, such as `503`, in the warm-up too. */
  readonly failures: Readonly<Record<string, number>>;
  /** Done in the warm-up and in the time that is measured. */
  readonly all: number;
  /** Milliseconds that this process has computed for all of them. */
  readonly cpuMs: number;
}

/**
 * Lets clients do something again and again, side by side.
 *
 * @param work does it once; resolves with what went wrong, if anything. The number counts up from 0
 * @returns times are in milliseconds
 */
export async function runClosedLoop(
  pace: Pace,
  work: (number: number) => Promise<string | undefined>,
): Promise<Measured> {
  const { clients, warmUpSeconds, seconds, perSecond, atMost = Number.POSITIVE_INFINITY } = pace;
  const times: number[] = [];
  const failures: Record<string, number> = {};
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  const measuredFrom = begun + warmUpSeconds * 1_000;
  const until = measuredFrom + seconds * 1_000;
  let [number, done, all, measured, lastEnd] = [0, 0, 0, 0, measuredFrom];

  const client = async () => {
    let isMeasured = false;
    while ((performance.now() < until || !isMeasured) && measured < atMost) {
      const mine = number++;
      const due = perSecond === undefined ? 0 : begun + (mine * 1_000) / perSecond;
      if (due > until) return;
      if (due > performance.now()) await delay(due - performance.now());
      const startedAt = performance.now();
      if (startedAt >= measuredFrom) {
        isMeasured = true;
        measured += 1;
      }
      const failure = await work(mine);
      const now = performance.now();
      if (startedAt >= measuredFrom) times.push(now - startedAt);
      if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
      else {
        all += 1;
        if (startedAt >= measuredFrom) done += 1;
      }
      lastEnd = Math.max(lastEnd, now);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    done,
    perSecond: done / ((lastEnd - measuredFrom) / 1_000),
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    max: percentile(times, 1),
    failures,
    all,
    cpuMs: (user + system) / 1_000,
  };
}
