import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from '../../tooling/processes.ts';
import { pollWithin } from '../../tooling/timing.ts';
import type { Settings } from './command.ts';
import { readEvidence } from './evidence.ts';
import type { Instance } from './instance.ts';
import { newLoad, placeOrders, usersFor } from './load.ts';
import { findEngines, findEnvironments } from './processes.ts';
import { type Random, seededRandom } from './random.ts';
import { printResult, type Row, timedLog } from './report.ts';
import { runAll } from './run-all.ts';
import { waitUntilDrained } from './shards.ts';

/** What is killed besides the engines, which go by their own names. */
const FUNCTION = 'a function';
const RUNNER = 'the runner';
const VICTIM_WITHIN_MS = 60_000;
const REPORT_EVERY_MS = 5_000;

export interface PlannedKill {
  readonly kind: string;
  /** The kill is due so many acknowledged orders after the one before it. */
  readonly gap: number;
}

/**
 * Places orders while processes are killed, waits until everything is delivered, and compares.
 *
 * @returns whether every order took effect exactly once
 */
export async function runKills(settings: Settings, instance: Instance, signal: AbortSignal): Promise<boolean> {
  const { orders, clients, seed, drainSeconds } = settings;
  // Two sources: how fast orders come in must not change which kill comes when.
  const plan = planKills(kindsOf(instance), settings.kills, orders, seededRandom(seed));
  const random = seededRandom(seed + 1);
  const users = usersFor(orders, clients, random);
  const load = newLoad();
  const begun = performance.now();
  const log = timedLog();
  const soFar = () => `${load.acknowledged.length} orders acknowledged`;

  const killed: string[] = [];
  const { api } = instance.addresses;
  const acknowledged = () => load.acknowledged.length;
  const isEnough = () => acknowledged() >= orders && killed.length === plan.length;
  const onKill = (kind: string, pid: number) => {
    killed.push(kind);
    log(`kill -9 of ${kind} (process ${pid}), ${soFar()}`);
  };
  const progress = setInterval(() => log(soFar()), REPORT_EVERY_MS);
  try {
    await runAll(
      signal,
      (ending) => carryOut({ plan, instance, random, acknowledged, onKill, signal: ending }),
      (ending) => placeOrders({ api, load, clients, users, pauseMs: 0, seed, random, isEnough, signal: ending }),
    );
  } finally {
    clearInterval(progress);
  }
  const loadSeconds = (performance.now() - begun) / 1000;
  log(`${soFar()}; waiting until nothing is in flight`);

  const drained = await waitUntilDrained({
    addresses: instance.addresses,
    limitSeconds: drainSeconds,
    report: log,
    signal,
  });
  log(drained === undefined ? `still not drained after ${drainSeconds} s` : 'drained; comparing');
  const kinds = Map.groupBy(killed, (kind) => kind);
  const killRows = [...kinds].map(([kind, list]): Row => [`kills of ${kind}`, list.length]);
  return printResult({
    evidence: await readEvidence(instance.addresses),
    load,
    loadSeconds,
    drained,
    drainSeconds,
    rows: killRows,
  });
}

function kindsOf(instance: Instance): string[] {
  return [...[...findEngines(instance.dataDir).keys()].sort(), FUNCTION, RUNNER];
}

/** Spreads `times` kills of each kind at random over a run, in the order in which they are due. */
export function planKills(kinds: readonly string[], times: number, orders: number, random: Random): PlannedKill[] {
  const kills = kinds
    .flatMap((kind) => Array.from({ length: times }, () => ({ kind, moment: random.below(orders) })))
    .sort((a, b) => a.moment - b.moment);
  return kills.map(({ kind, moment }, index) => ({ kind, gap: moment - (kills[index - 1]?.moment ?? 0) }));
}

/**
 * Carries the plan out. A victim that is still down from an earlier kill is waited for; others may be down meanwhile.
 *
 * @param options.acknowledged how many orders are acknowledged by now
 * @param options.onKill told after each kill
 * @throws Error when a victim does not come back within a minute
 */
async function carryOut(options: {
  plan: readonly PlannedKill[];
  instance: Instance;
  random: Random;
  acknowledged: () => number;
  onKill: (kind: string, pid: number) => void;
  signal: AbortSignal;
}): Promise<void> {
  const { plan, instance, random, acknowledged, onKill, signal } = options;
  for (const { kind, gap } of plan) {
    const due = acknowledged() + gap;
    while (acknowledged() < due) await delay(10, undefined, { signal });
    const pid = await killOne(kind, instance, random, signal);
    onKill(kind, pid);
    if (kind === RUNNER) await instance.start();
  }
}

async function killOne(kind: string, instance: Instance, random: Random, signal: AbortSignal): Promise<number> {
  const victim = await pollWithin(VICTIM_WITHIN_MS, async () => {
    signal.throwIfAborted();
    const pid = findVictim(kind, instance, random);
    return pid !== undefined && (await kill(pid, instance)) && pid;
  });
  if (!victim) throw new Error(`For a minute there has been no process of ${kind} to kill.`);
  return victim;
}

function findVictim(kind: string, instance: Instance, random: Random): number | undefined {
  if (kind === RUNNER) return instance.pid;
  if (kind !== FUNCTION) return findEngines(instance.dataDir).get(kind);
  const environments = findEnvironments(instance.pid);
  return environments.length === 0 ? undefined : random.pick(environments);
}

/** False when the process has ended in the last moment: the run itself ends idle functions. */
async function kill(pid: number, instance: Instance): Promise<boolean> {
  if (pid === instance.pid) {
    await instance.kill();
    return true;
  }
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
  // Until it is really gone it would be found, and killed, again.
  while (processIdentity(pid) !== undefined) await delay(1);
  return true;
}
