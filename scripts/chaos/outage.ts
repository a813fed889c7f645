import { setTimeout as delay } from 'node:timers/promises';
import type { Outage, Settings } from './command.ts';
import { readEvidence } from './evidence.ts';
import type { Instance } from './instance.ts';
import { newLoad, placeOrders, usersFor } from './load.ts';
import { holdParts } from './processes.ts';
import { seededRandom } from './random.ts';
import { latencies, printResult, type Row } from './report.ts';
import { runAll } from './run-all.ts';
import { waitUntilDrained } from './shards.ts';

const HELD: Readonly<Record<Outage, readonly string[]>> = { kafka: ['kafka'], s3: ['s3'], both: ['kafka', 's3'] };
/** Functions start and connections open before anything is measured. */
const WARM_UP_SECONDS = 10;
/** Orders come at a steady pace, so that the times are those of a request and not of a queue. */
const PAUSE_MS = 100;

/**
 * Places orders before, while and after parts of the system hang, and compares.
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
  const load = newLoad();
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
    const users = usersFor(clients * outageSeconds * 10, clients, random);
    const pace = { clients, users, pauseMs: PAUSE_MS, seed, random };
    await placeOrders({ ...pace, load, api: addresses.api, isEnough: () => isOver, signal: ending });
    loadSeconds = (performance.now() - begun) / 1000;
  };
  const draining = async (ending: AbortSignal) => {
    const limits = { before: new Date(), limitSeconds: drainSeconds };
    drained = await waitUntilDrained({ addresses, ...limits, report: console.log, signal: ending });
  };
  const measuring = async (ending: AbortSignal) => {
    const sideSeconds = Math.min(outageSeconds, 20);
    await phase('warm-up', WARM_UP_SECONDS, ending);
    await phase('before', sideSeconds, ending);
    const resume = holdParts(instance.dataDir, HELD[outage]);
    try {
      await phase(`${outage} held`, outageSeconds, ending);
    } finally {
      resume();
    }
    const after = async () => {
      await phase('after', sideSeconds, ending);
      isOver = true;
    };
    await runAll(ending, draining, after);
  };
  await runAll(signal, measuring, placing);
  await waitUntilDrained({ addresses, limitSeconds: drainSeconds, report: console.log, signal });

  const phaseRows = phases.slice(1).map(({ name, from }, index): Row => {
    const until = phases[index + 2]?.from ?? Number.POSITIVE_INFINITY;
    const attempts = load.attempts.filter(({ startedAt }) => startedAt >= from && startedAt < until);
    const failed = attempts.filter(({ status }) => status !== 201).length;
    return [name, `${latencies(attempts)}  (${attempts.length} requests, ${failed} failed)`];
  });
  return printResult({
    evidence: await readEvidence(addresses),
    load,
    loadSeconds,
    drained,
    drainSeconds,
    rows: phaseRows,
  });
}
