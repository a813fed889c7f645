import type { Settings } from './command.ts';
import { waitUntilDrained } from './drain.ts';
import { readEvidence } from './inspect/read-evidence.ts';
import type { Instance } from './instance.ts';
import { isSound, judge } from './judge.ts';
import { carryOut, kindsOf, planKills } from './kills.ts';
import { Load, placeOrders } from './load.ts';
import { seededRandom } from './random.ts';
import { describeProblems, formatTable, loadRows, type Row, verdictRows } from './report.ts';
import { together } from './together.ts';

const TELL_EVERY_MS = 5_000;

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
  const load = new Load();
  const begun = performance.now();
  const tell = (text: string) =>
    console.log(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  const soFar = () => `${load.acknowledged.length} orders acknowledged`;

  const done: string[] = [];
  const { api } = instance.addresses;
  const acknowledged = () => load.acknowledged.length;
  const isEnough = () => acknowledged() >= orders && done.length === plan.length;
  const onKill = (kind: string, pid: number) => {
    done.push(kind);
    tell(`kill -9 of ${kind} (process ${pid}), ${soFar()}`);
  };
  const progress = setInterval(() => tell(soFar()), TELL_EVERY_MS);
  try {
    await together(
      signal,
      (ending) => carryOut({ plan, instance, random, acknowledged, onKill, signal: ending }),
      (ending) => placeOrders({ api, load, clients, orders, pauseMs: 0, seed, random, isEnough, signal: ending }),
    );
  } finally {
    clearInterval(progress);
  }
  const loadSeconds = (performance.now() - begun) / 1000;
  tell(`${soFar()}; waiting until nothing is under way`);

  const drained = await waitUntilDrained({ addresses: instance.addresses, limitSeconds: drainSeconds, tell, signal });
  tell(drained === undefined ? `still not drained after ${drainSeconds} s` : 'drained; comparing');
  const verdict = judge(load.acknowledged, await readEvidence(instance.addresses));

  const killRows: Row[] = [...Map.groupBy(done, (kind) => kind)].map(([kind, list]) => [
    `kills of ${kind}`,
    list.length,
  ]);
  const drainRow: Row = ['seconds until drained', drained?.toFixed(1) ?? `more than ${drainSeconds}`];
  console.log(`\n${formatTable([...verdictRows(verdict), ...killRows, ...loadRows(load, loadSeconds), drainRow])}`);
  for (const line of describeProblems(verdict, load.refused)) console.log(line);
  return isSound(verdict) && load.refused.length === 0;
}
