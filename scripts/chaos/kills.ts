import { UserError } from '../../tooling/errors.ts';
import type { Settings } from './command.ts';
import { readEvidence } from './evidence.ts';
import { FUNCTION, MOVER, planFaults, RUNNER } from './faults.ts';
import type { Instance } from './instance.ts';
import { newLoad, placeOrders, usersFor } from './load.ts';
import { findEngines } from './processes.ts';
import { seededRandom } from './random.ts';
import { printResult, timedLog } from './report.ts';
import { runAll } from './run-all.ts';
import { waitUntilDrained } from './shards.ts';
import { Striker } from './strike.ts';

const REPORT_EVERY_MS = 5_000;

/**
 * Places orders while processes are killed and stopped, waits until everything is delivered, and compares.
 *
 * @returns whether every order took effect exactly once
 */
export async function runKills(settings: Settings, instance: Instance, signal: AbortSignal): Promise<boolean> {
  const { orders, clients, seed, drainSeconds } = settings;
  // Two sources: how fast orders come in must not change what comes when.
  const plan = planFaults(kindsOf(instance, settings), settings, seededRandom(seed));
  const random = seededRandom(seed + 1);
  const users = usersFor(orders, clients, random);
  const load = newLoad();
  const begun = performance.now();
  const log = timedLog();
  const soFar = () => `${load.acknowledged.length} orders acknowledged`;

  const striker = new Striker(plan, instance, random);
  const { api } = instance.addresses;
  const isEnough = () => load.acknowledged.length >= orders && striker.isDone;
  const progress = () => load.acknowledged.length / orders;
  const reporting = setInterval(() => log(soFar()), REPORT_EVERY_MS);
  try {
    await runAll(
      signal,
      (ending) => striker.carryOut({ progress }, (text) => log(`${text}, ${soFar()}`), ending),
      (ending) => placeOrders({ api, load, clients, users, pauseMs: 0, seed, random, isEnough, signal: ending }),
    );
  } finally {
    clearInterval(reporting);
  }
  const loadSeconds = (performance.now() - begun) / 1000;
  log(`${soFar()}; waiting until nothing is in flight`);

  const { addresses } = instance;
  const drained = await waitUntilDrained({ addresses, limitSeconds: drainSeconds, report: log, signal });
  log(drained === undefined ? `still not drained after ${drainSeconds} s` : 'drained; comparing');
  return printResult({
    evidence: await readEvidence(addresses),
    load,
    outages: striker.outages,
    loadSeconds,
    drained,
    drainSeconds,
    rows: striker.rows(),
  });
}

/** What is struck in a run. @throws UserError when the only kind that is asked for does not exist */
export function kindsOf({ dataDir }: Instance, { move, only }: Settings): string[] {
  const all = [...[...findEngines(dataDir).keys()].sort(), FUNCTION, RUNNER, ...(move ? [MOVER] : [])];
  if (only === undefined) return all;
  if (!all.includes(only)) throw new UserError(`There is no ${only} to strike. Choose one of ${all.join(', ')}.`);
  return [only];
}
