import { masterUrls } from '../../master-urls.ts';
import { type CheckedAnswers, checkAnswers } from '../answer-checker.ts';
import type { Settings } from '../command.ts';
import { readEvidence } from '../evidence.ts';
import { MOVER, planFaults } from '../faults.ts';
import type { HalfDeployed } from '../former-release.ts';
import type { Instance } from '../instance.ts';
import { kindsOf } from '../kills.ts';
import { type CheckedLists, checkLists } from '../list-checker.ts';
import { newLoad, type OrderAttempt, placeOrders } from '../load.ts';
import { isOnTheMove } from '../next-map.ts';
import { seededRandom } from '../random.ts';
import { printResult, timedLog } from '../report.ts';
import { runAll } from '../run-all.ts';
import { waitUntilDrained } from '../shards.ts';
import { Striker } from '../strike.ts';
import { Operator } from './operator.ts';
import { moveThereAndBack } from './phases.ts';
import { Progress } from './progress.ts';
import { type Phase, resultOf } from './result.ts';
import { contradictions, readShardStates } from './shard-state.ts';
import { storeOrders, userNames } from './stored-orders.ts';

/** Problems that are told one by one. */
const NAMED = 20;

/**
 * Moves the users of G-M to a shard of their own and back while clients place orders and read lists, and processes are killed and
 * stopped. Prints figures.
 *
 * @param deployed when a former release runs beside this one: until the move has ended
 * @returns whether every order took effect exactly once, every list was complete at every moment, and the shards agree in the end
 */
export async function runMoving(
  settings: Settings,
  instance: Instance,
  signal: AbortSignal,
  deployed?: HalfDeployed,
): Promise<boolean> {
  const { orders, clients, seed, users: userCount, storedOrders: storedInAll, drainSeconds } = settings;
  const { addresses, dataDir } = instance;
  const random = seededRandom(seed + 1);
  const load = newLoad();
  const begun = performance.now();
  const log = timedLog();
  const users = userNames(userCount);
  const storedOrders = await storeOrders(addresses, users, Math.ceil(storedInAll / userCount));
  log(`${userCount * Math.ceil(storedInAll / userCount)} orders stored`);

  const plan = planFaults(kindsOf(instance, settings), settings, seededRandom(seed));
  // Then clients and readers need no more than one retry.
  const isUp = plan.every(({ kind }) => kind === MOVER);
  const striker = new Striker(plan, instance, random);
  // Now: while the runner is away nobody could tell.
  const masters = await masterUrls(addresses);
  const progress = new Progress(Object.values(masters), users.filter(isOnTheMove).length);
  const phases: Phase[] = [];
  const phase = (name: string, work: () => Promise<unknown>) => during(name, load.attempts, phases, work);
  const lists: CheckedLists[] = [];
  const answers: CheckedAnswers[] = [];
  let commandsFailed = 0;
  let isOver = false;
  const isEnough = () => isOver && load.acknowledged.length >= orders;
  const move = async (ending: AbortSignal) => {
    const operator = new Operator(dataDir, log, ending);
    const archiveBetween = deployed !== undefined;
    await moveThereAndBack({ operator, progress, archiveBetween, phase, log, signal: ending });
    // What is still to be struck may be the mover.
    while (!striker.isDone) await operator.run();
    commandsFailed = operator.failures;
    isOver = true;
  };
  const tell = async (fault: string) => log(`${fault}, ${await progress.describe()}`);
  const moments = { progress: () => progress.read(), untilSwitch: () => progress.untilSwitch() };
  const strike = (ending: AbortSignal) => striker.carryOut(moments, tell, ending);
  const place = (ending: AbortSignal) =>
    placeOrders({ api: addresses.api, load, clients, users, pauseMs: 0, seed, random, isEnough, signal: ending });
  const untilOver = { api: addresses.api, load, random, isEnough: () => isOver };
  const read = (of: 'users' | 'everybody') => async (ending: AbortSignal) => {
    lists.push(await checkLists({ ...untilOver, of, storedOrders, patient: !isUp, signal: ending }));
  };
  const repeat = async (ending: AbortSignal) => {
    answers.push(await checkAnswers({ ...untilOver, signal: ending }));
  };
  await runAll(signal, move, strike, place, read('users'), read('everybody'), repeat).finally(() => progress.close());
  const loadSeconds = (performance.now() - begun) / 1000;
  if (deployed !== undefined) {
    log('the deployment is completed');
    await instance.stop();
    deployed.complete();
    await instance.start();
  }
  const drained = await waitUntilDrained({ addresses, limitSeconds: drainSeconds, report: log, signal });

  const checked = await new Operator(dataDir, log, signal).ask('check');
  const disagreements = contradictions(await readShardStates(masters));
  const { outages } = striker;
  const seen = { load, phases, lists, answers, commandsFailed, checked, disagreements };
  const { rows, problems, isAsPromised } = resultOf(seen, { isUp, beside: deployed !== undefined });
  const sound = printResult({
    evidence: await readEvidence(addresses),
    load,
    reads: lists.flatMap(({ attempts }) => attempts),
    outages,
    loadSeconds,
    drained,
    drainSeconds,
    rows: [...striker.rows(), ...rows],
  });
  for (const problem of problems.slice(0, NAMED)) console.log(problem);
  return sound && isAsPromised;
}

/** Notes which requests were sent while something was done. */
async function during(
  name: string,
  attempts: readonly OrderAttempt[],
  phases: Phase[],
  work: () => Promise<unknown>,
): Promise<void> {
  const from = performance.now();
  await work();
  const to = performance.now();
  const sent = attempts.filter(({ startedAt }) => startedAt >= from && startedAt < to);
  phases.push({ name, seconds: (to - from) / 1_000, attempts: sent });
}
