import type { Answers } from '../../../functions/move-users/commands.ts';
import type { CheckedAnswers } from '../answer-checker.ts';
import type { CheckedLists } from '../list-checker.ts';
import { isRefusedByDesign, type Load, type OrderAttempt } from '../load.ts';
import { latencies, type Row } from '../report.ts';

/** A part of a run, with the requests that were sent in it. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
  readonly attempts: readonly OrderAttempt[];
}

/** What was seen of a move there and back. */
export interface Seen {
  readonly load: Load;
  readonly phases: readonly Phase[];
  readonly lists: readonly CheckedLists[];
  readonly answers: readonly CheckedAnswers[];
  readonly commandsFailed: number;
  /** What `npm run shards -- check` says in the end. */
  readonly checked: Answers['check'];
  /** What shards say against the map, in sentences. */
  readonly disagreements: readonly string[];
}

/**
 * @param run.isUp whether nothing was struck but the mover: then a create needs no more than one retry
 * @param run.beside whether a former release ran beside this one
 * @returns figures to print, problems in sentences, and whether all was as docs/moving-users.md promises
 */
export function resultOf(
  { load, phases, lists, answers, commandsFailed, checked, disagreements }: Seen,
  { isUp, beside }: { readonly isUp: boolean; readonly beside: boolean },
): { readonly rows: readonly Row[]; readonly problems: readonly string[]; readonly isAsPromised: boolean } {
  const listProblems = lists.flatMap(({ problems }) => problems);
  const answerProblems = answers.flatMap(({ problems }) => problems);
  const reads = lists.flatMap(({ attempts }) => attempts);
  const failed = load.acknowledged.filter(({ tries }) => tries > 2).length;
  const problems = [...listProblems, ...answerProblems, ...disagreements];
  const wrong = problems.length + checked.findings + checked.behind.length + (isUp ? failed : 0);
  return {
    rows: [
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
      ...(beside ? formerRows(load, lists, answers) : []),
      ['commands and runs of the mover that failed and were repeated', commandsFailed],
      ['users with two owners, none, or orders elsewhere', checked.findings],
      ['what shards say against the map', disagreements.length],
    ],
    problems,
    isAsPromised: wrong === 0,
  };
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
