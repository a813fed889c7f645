import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_SHARD_MAP, shardFor, shardName } from '../../functions/domain/shard-map.ts';
import type { Answers } from '../../functions/move-users/commands.ts';
import type { Command } from '../../functions/move-users/input.ts';
import { pollWithin } from '../../tooling/timing.ts';
import { invokeForOperator } from '../operator-function.ts';
import { operatorQuery } from '../operator-query.ts';
import type { OwnAddresses } from '../own-addresses.ts';
import { type CheckedAnswers, checkAnswers } from './answer-checker.ts';
import type { Settings } from './command.ts';
import { readEvidence } from './evidence.ts';
import type { HalfDeployed } from './former-release.ts';
import type { Instance } from './instance.ts';

import { type CheckedLists, checkLists } from './list-checker.ts';
import { type Attempt, isRefusedByDesign, type Load, newLoad, placeOrders } from './load.ts';
import { findEnvironments } from './processes.ts';
import { seededRandom } from './random.ts';
import { latencies, printResult, type Row, timedLog } from './report.ts';
import { runAll } from './run-all.ts';
import { waitUntilDrained } from './shards.ts';

const QUIET_MS = 5_000;
const MOVED_WITHIN_MS = 3_600_000;
const FINISHED_WITHIN_MS = 600_000;
const TRIES = 10;
const MOVER = { folder: 'move-users', refusals: ['MoveRefusedError'] } as const;

// Spread over users and over the last days. $1 is a list of users, $2 how many orders each has.
const STORE = `
  INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
  SELECT uuidv7(-n * interval '1 minute'), user_id, 'Stored order', 1, 9.95, 'confirmed', now() - n * interval '1 minute', now()
  FROM unnest($1::text[]) AS user_id, generate_series(1, $2::int) AS n`;

/**
 * Moves the users of G-M to a shard of their own and back while clients place orders and read lists, and kills the mover on each way,
 * unless it is faster than that. Prints figures.
 *
 * @param deployed when a former release runs beside this one: until the move has ended
 * @returns whether every order took effect exactly once, and every list was complete at every moment
 */
export async function runMoving(
  settings: Settings,
  instance: Instance,
  signal: AbortSignal,
  deployed?: HalfDeployed,
): Promise<boolean> {
  const { orders, clients, seed, users, storedOrders: storedInAll, drainSeconds } = settings;
  const { addresses, dataDir } = instance;
  const random = seededRandom(seed);
  const load = newLoad();
  const begun = performance.now();
  const log = timedLog();
  const names = userNames(users);
  const storedOrders = await store(addresses, names, Math.ceil(storedInAll / users));
  log(`${names.length * Math.ceil(storedInAll / users)} orders stored`);

  const phases: Phase[] = [];
  let isOver = false;
  const isEnough = () => isOver && load.acknowledged.length >= orders;
  const lists: CheckedLists[] = [];
  const answers: CheckedAnswers[] = [];
  const move = async (ending: AbortSignal) => {
    const phase = (name: string, work: () => Promise<unknown>) => during(name, load.attempts, phases, work);
    await phase('before', () => delay(QUIET_MS, undefined, { signal: ending }));
    await phase('there', () => moveAll('start', instance, log, ending));
    await phase('between', () => delay(QUIET_MS, undefined, { signal: ending }));
    await phase('back', () => moveAll('abort', instance, log, ending));
    await phase('until the end', () => finish(dataDir, ending));
    log('finished');
    isOver = true;
  };
  await runAll(
    signal,
    move,
    (ending) =>
      placeOrders({
        api: addresses.api,
        load,
        clients,
        users: names,
        pauseMs: 0,
        seed,
        random,
        isEnough,
        signal: ending,
      }),
    async (ending) =>
      void answers.push(
        await checkAnswers({ api: addresses.api, load, random, isEnough: () => isOver, signal: ending }),
      ),
    async (ending) =>
      void lists.push(
        await checkLists({ api: addresses.api, load, storedOrders, random, isEnough: () => isOver, signal: ending }),
      ),
  );
  const loadSeconds = (performance.now() - begun) / 1000;
  if (deployed !== undefined) {
    log('the deployment is completed');
    await instance.stop();
    deployed.complete();
    await instance.start();
  }
  const drained = await waitUntilDrained({ addresses, limitSeconds: drainSeconds, report: log, signal });
  const checked = (await command('check', dataDir)) as Answers['check'];
  const listProblems = lists.flatMap(({ problems }) => problems);
  const answerProblems = answers.flatMap(({ problems }) => problems);
  const failed = load.acknowledged.filter(({ tries }) => tries > 2).length;
  const rows: Row[] = [
    ...phases.map(
      ({ name, seconds, attempts }): Row => [`creates ${name} (${seconds.toFixed(0)} s)`, latencies(attempts)],
    ),
    ['lists read from end to end', sumOf(lists, 'lists')],
    ['lists with a gap or a double', listProblems.length],
    ['requests repeated later, and answered alike', sumOf(answers, 'repeated')],
    ['receipts found', sumOf(answers, 'receipts')],
    ['other answers, or receipts not found', answerProblems.length],
    ['creates that failed after one retry', failed],
    ...(deployed === undefined ? [] : formerRows(load, lists, answers)),
    ['users with two owners, none, or orders elsewhere', checked.findings],
  ];
  const evidence = await readEvidence(addresses);
  const sound = printResult({ evidence, load, loadSeconds, drained, drainSeconds, rows });
  for (const problem of [...listProblems, ...answerProblems].slice(0, 20)) console.log(problem);
  return sound && listProblems.length + answerProblems.length + failed + checked.findings === 0;
}

/** What the former release did beside this one. */
function formerRows({ attempts }: Load, lists: readonly CheckedLists[], answers: readonly CheckedAnswers[]): Row[] {
  const byFormer = attempts.filter(({ release }) => release === 'former');
  const refused = byFormer.filter(isRefusedByDesign).length;
  return [
    ['creates by the former release', byFormer.filter(({ status }) => status === 201).length],
    ['creates that it refused for users who move', refused],
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
  readonly attempts: readonly Attempt[];
}

/** Notes which requests were sent while something was done. */
async function during(
  name: string,
  attempts: readonly Attempt[],
  phases: Phase[],
  work: () => Promise<unknown>,
): Promise<void> {
  const from = performance.now();
  await work();
  const to = performance.now();
  const sent = attempts.filter(({ startedAt }) => startedAt >= from && startedAt < to);
  phases.push({ name, seconds: (to - from) / 1_000, attempts: sent });
}

/** Begins a move and drives the mover, as its schedule does, until nobody is left; kills it once when a fifth has moved, unless the rest is faster. */
async function moveAll(
  how: 'start' | 'abort',
  instance: Instance,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { dataDir } = instance;
  const begun = performance.now();
  await command(how, dataDir);
  let killed = false;
  for (let left = true; left; ) {
    signal.throwIfAborted();
    if (performance.now() - begun > MOVED_WITHIN_MS) throw new Error('Not everybody has moved within an hour.');
    const run = invokeForOperator(MOVER, {}, { dataDir }).catch((error: Error) => error);
    const watch = async () => {
      while (!killed) {
        const [source] = ((await command('status', dataDir)) as Answers['status']).sources;
        if (source === undefined || source.usersLeft === 0) return;
        if (source.usersMoved * 4 >= source.usersLeft) {
          killed = kill(instance);
          if (killed) log(`kill -9 of the mover, with ${source.usersMoved} users moved and ${source.usersLeft} left`);
        }
        await delay(50, undefined, { signal });
      }
    };
    await Promise.all([run, watch()]);
    const { sources } = (await command('status', dataDir)) as Answers['status'];
    left = sources.some(({ usersLeft }) => usersLeft > 0);
    if (!left) {
      const moved = sources.reduce((sum, { ordersMoved }) => sum + ordersMoved, 0);
      const seconds = (performance.now() - begun) / 1_000;
      log(`everybody has moved: ${moved} orders in ${seconds.toFixed(1)} s, ${Math.round(moved / seconds)} a second`);
    }
  }
}

/** Once the former orders of all users are archived, a minute after the switch. */
async function finish(dataDir: string, signal: AbortSignal): Promise<void> {
  const finished = await pollWithin(FINISHED_WITHIN_MS, async () => {
    signal.throwIfAborted();
    await invokeForOperator(MOVER, {}, { dataDir });
    return command('finish', dataDir).catch((error: Error) => {
      if (/archived a minute after/.test(error.message)) return undefined;
      throw error;
    });
  });
  if (finished === undefined) throw new Error('The former orders were not archived within ten minutes.');
}

/** All environments of the function, whichever is at work. */
function kill(instance: Instance): boolean {
  const movers = findEnvironments(instance.pid).filter((pid) =>
    execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).includes('move-users'),
  );
  for (const pid of movers) process.kill(pid, 'SIGKILL');
  return movers.length > 0;
}

/** Repeats a command while a shard does not respond: each may be repeated. */
async function command(verb: Command['do'], dataDir: string): Promise<unknown> {
  for (let tried = 1; ; tried++) {
    try {
      return await invokeForOperator(MOVER, { do: verb }, { dataDir });
    } catch (error) {
      if (tried === TRIES || !/is not responding/.test(String(error))) throw error;
      await delay(1_000);
    }
  }
}

/** Half of them move. */
function userNames(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${'AGbhNm'[n % 6]}user${n}`);
}

async function store(
  { databases }: OwnAddresses,
  users: readonly string[],
  each: number,
): Promise<Map<string, number>> {
  for (const [database, url] of Object.entries(databases)) {
    const isHere = (user: string) => database.endsWith(shardName(shardFor(DEFAULT_SHARD_MAP, user)));
    await operatorQuery(url, STORE, [users.filter(isHere), each], 600_000);
  }
  return new Map(users.map((user) => [user, each]));
}
