import { masterUrls } from '../../master-urls.ts';
import { type CheckedAnswers, checkAnswers } from '../answer-checker.ts';
import type { Settings } from '../command.ts';
import { readEvidence } from '../evidence.ts';
import { MOVER, planFaults } from '../faults.ts';
import type { HalfDeployed } from '../former-release.ts';
import type { Instance } from '../instance.ts';
import { kindsOf } from '../kills.ts';
import { type CheckedLists, checkLists } from '../list-checker.ts';
import { isRefusedByDesign, type Load, newLoad, type OrderAttempt, placeOrders } from '../load.ts';
import { isOnTheMove } from '../next-map.ts';
import { seededRandom } from '../random.ts';
import { latencies, printResult, type Row, timedLog } from '../report.ts';
import { runAll } from '../run-all.ts';
import { waitUntilDrained } from '../shards.ts';
import { Striker } from '../strike.ts';
import { Operator } from './operator.ts';
import { moveThereAndBack } from './phases.ts';
import { Progress } from './progress.ts';
import { contradictions, readShardStates } from './shard-state.ts';
import { storeOrders, userNames } from './stored-orders.ts';

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
  const read = async (ending: AbortSignal) => {
    const common = { api: addresses.api, load, random, isEnough: () => isOver, signal: ending };
    lists.push(await checkLists({ ...common, storedOrders, patient: !isUp }));
  };
  const repeat = async (ending: AbortSignal) => {
    const common = { api: addresses.api, load, random, isEnough: () => isOver, signal: ending };
    answers.push(await checkAnswers(common));
  };
  await runAll(signal, move, strike, place, read, repeat).finally(() => progress.close());
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
  const listProblems = lists.flatMap(({ problems }) => problems);
  const answerProblems = answers.flatMap(({ problems }) => problems);
  const reads = lists.flatMap(({ attempts }) => attempts);
  const failed = load.acknowledged.filter(({ tries }) => tries > 2).length;
  const rows: Row[] = [
    ...striker.rows(),
    ...phases.map(
      ({ name, seconds, attempts }): Row => [`creates ${name} (${seconds.toFixed(0)} s)`, latencies(attempts)],
    ),
    ['creates that failed after one retry', failed],
    ['lists read from end to end', sumOf(lists, 'lists')],
    ['lists of everybody that named a shard as missing', sumOf(lists, 'partial')],
    ['requests for lists that failed and were retried', reads.filter(({ status }) => status !== 200).length],
    ['lists with a gap or a double', listProblems.length],
    ['requests repeated later, and answered alike', sumOf(answers, 'repeated')],
    ['receipts found', sumOf(answers, 'receipts')],
    ['other answers, or receipts not found', answerProblems.length],
    ...(deployed === undefined ? [] : formerRows(load, lists, answers)),
    ['commands and runs of the mover that failed and were repeated', commandsFailed],
    ['users with two owners, none, or orders elsewhere', checked.findings],
    ['what shards say against the map', disagreements.length],
  ];
  const { outages } = striker;
  const evidence = await readEvidence(addresses);
  const sound = printResult({ evidence, load, reads, outages, loadSeconds, drained, drainSeconds, rows });
  const problems = [...listProblems, ...answerProblems, ...disagreements];
  for (const problem of problems.slice(0, NAMED)) console.log(problem);
  const wrong = problems.length + checked.findings + checked.behind.length;
  return sound && wrong + (isUp ? failed : 0) === 0;
}

/** What the former release did beside this one. */
function formerRows({ attempts }: Load, lists: readonly CheckedLists[], answers: readonly CheckedAnswers[]): Row[] {
  const byFormer = attempts.filter(({ release }) => release === 'former');
  return [
    ['creates by the former release', byFormer.filter(({ status }) => status === 201).length],
    ['creates that it refused for users who move', byFormer.filter(isRefusedByDesign).length],
    ['lists of such users with pages of it that lacked orders', sumOf(lists, 'incomplete')],
    ['receipts of such users that it did not find', sumOf(answers, 'unknown')],
  ];
}

function sumOf<Key extends string>(each: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return each.reduce((sum, one) => sum + one[key], 0);
}

interface Phase {
  readonly name: string;
  readonly seconds: number;
  readonly attempts: readonly OrderAttempt[];
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
