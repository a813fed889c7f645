import { setTimeout as delay } from 'node:timers/promises';
import type { Outage, Settings } from './command.ts';
import { waitUntilDrained } from './drain.ts';
import { readEvidence } from './inspect/read-evidence.ts';
import type { Instance } from './instance.ts';
import { isSound, judge } from './judge.ts';
import { Load, placeOrders } from './load.ts';
import { seededRandom } from './random.ts';
import { describeProblems, formatTable, latencies, loadRows, type Row, verdictRows } from './report.ts';
import { together } from './together.ts';
import { findEngines } from './victims.ts';

const STOPPED: Readonly<Record<Outage, readonly string[]>> = { kafka: ['kafka'], s3: ['s3'], both: ['kafka', 's3'] };
/** Functions start and connections open before anything is measured. */
const WARM_UP_SECONDS = 10;
/** Orders come at a steady pace, so that the times are those of a request and not of a queue. */
const PAUSE_MS = 100;

/**
 * Places orders before, while and after something is held down (SIGSTOP: it hangs, which is worse than being gone), and
 * compares.
 *
 * @returns whether every order took effect exactly once
 */
export async function runOutage(
  outage: Outage,
  settings: Settings,
  instance: Instance,
  signal: AbortSignal,
): Promise<boolean> {
  const { clients, seed, outageSeconds, drainSeconds } = settings;
  const load = new Load();
  const random = seededRandom(seed);
  const phases: { name: string; from: number }[] = [];
  const phase = async (name: string, seconds: number, ending: AbortSignal) => {
    phases.push({ name, from: performance.now() });
    console.log(`${name}: ${seconds} s`);
    await delay(seconds * 1000, undefined, { signal: ending });
  };
  const { addresses } = instance;
  const begun = performance.now();
  let [isOver, loadSeconds] = [false, 0];
  let drained: number | undefined;

  const placing = async (ending: AbortSignal) => {
    const pace = { clients, orders: clients * outageSeconds * 10, pauseMs: PAUSE_MS, seed, random };
    await placeOrders({ ...pace, load, api: addresses.api, isEnough: () => isOver, signal: ending });
    loadSeconds = (performance.now() - begun) / 1000;
  };
  const draining = async (ending: AbortSignal) => {
    const limits = { before: new Date(), limitSeconds: drainSeconds };
    drained = await waitUntilDrained({ addresses, ...limits, tell: console.log, signal: ending });
  };
  const measuring = async (ending: AbortSignal) => {
    const sideSeconds = Math.min(outageSeconds, 20);
    await phase('warm-up', WARM_UP_SECONDS, ending);
    await phase('before', sideSeconds, ending);
    const resume = stop(STOPPED[outage], instance);
    try {
      await phase(`${outage} stopped`, outageSeconds, ending);
    } finally {
      resume();
    }
    const after = async () => {
      await phase('after', sideSeconds, ending);
      isOver = true;
    };
    await together(ending, draining, after);
  };
  await together(signal, measuring, placing);
  await waitUntilDrained({ addresses, limitSeconds: drainSeconds, tell: console.log, signal });

  const verdict = judge(load.acknowledged, await readEvidence(addresses));
  const phaseRows = phases.slice(1).map(({ name, from }, index): Row => {
    const until = phases[index + 2]?.from ?? Number.POSITIVE_INFINITY;
    const attempts = load.attempts.filter(({ startedAt }) => startedAt >= from && startedAt < until);
    const failed = attempts.filter(({ status }) => status !== 201).length;
    return [name, `${latencies(attempts)}  (${attempts.length} requests, ${failed} failed)`];
  });
  const drainRow: Row = ['seconds until drained', drained?.toFixed(1) ?? `more than ${drainSeconds}`];
  console.log(`\n${formatTable([...phaseRows, drainRow, ...verdictRows(verdict), ...loadRows(load, loadSeconds)])}`);
  for (const line of describeProblems(verdict, load.refused)) console.log(line);
  return isSound(verdict) && load.refused.length === 0;
}

/** Holds engines. @returns lets them go on */
function stop(names: readonly string[], instance: Instance): () => void {
  const engines = findEngines(instance.dataDir);
  const pids = names.map((name) => {
    const pid = engines.get(name);
    if (pid === undefined) throw new Error(`${name} is not running.`);
    return pid;
  });
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  };
}
