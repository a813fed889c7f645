import type { Check, Finding } from './check.ts';
import type { Target } from './target.ts';

const LABELS = { ok: 'ok    ', lack: 'LACK  ', warning: 'warn  ', unanswered: '?     ', unasked: '-     ' } as const;
const INDENT = ' '.repeat(LABELS.ok.length);

/** What came of the checks. */
export interface Outcome {
  /** Those that the templates gave something to ask about. */
  readonly checks: number;
  readonly lacks: number;
  readonly warnings: number;
  /** Checks without an answer, because a permission is missing for instance. */
  readonly unanswered: number;
}

/** Runs the checks one after the other and prints each when it is done. */
export async function runChecks(
  checks: readonly Check[],
  target: Target,
  print: (line: string) => void,
): Promise<Outcome> {
  const all: Finding[] = [];
  let [asked, unanswered] = [0, 0];
  for (const check of checks) {
    try {
      const findings = await check.find(target);
      asked += findings === undefined ? 0 : 1;
      all.push(...(findings ?? []));
      for (const line of linesOf(check, findings)) print(line);
    } catch (error) {
      asked += 1;
      unanswered += 1;
      print(`${LABELS.unanswered}${check.title} could not be checked: ${reasonOf(error)}.`);
    }
  }
  const count = (level: Finding['level']) => all.filter((finding) => finding.level === level).length;
  return { checks: asked, lacks: count('lack'), warnings: count('warning'), unanswered };
}

function linesOf({ title }: Check, findings: readonly Finding[] | undefined): string[] {
  if (findings === undefined) return [`${LABELS.unasked}${title}`];
  if (findings.length === 0) return [`${LABELS.ok}${title}`];
  return findings.flatMap(({ level, problem, remedy }) => [
    `${LABELS[level]}${title}: ${problem}`,
    `${INDENT}${remedy}`,
  ]);
}

function reasonOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return (name === 'Error' ? message : `${name}: ${message}`).replace(/\.$/, '');
}

/** The end of what is printed. @param outcome of all checks */
export function summaryOf({ checks, lacks, warnings, unanswered }: Outcome): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  const parts = [
    lacks === 0 ? 'nothing was found lacking' : `${count(lacks, 'lack')} to mend before the deployment`,
    ...(warnings === 0 ? [] : [count(warnings, 'warning')]),
    ...(unanswered === 0 ? [] : [`${unanswered} could not be checked`]),
  ];
  const help =
    'What could not be checked may need other credentials: the AWS policy ReadOnlyAccess allows all checks, unless a service ' +
    'control policy of the organization denies one.';
  return `${count(checks, 'check')}: ${parts.join(', ')}.${unanswered === 0 ? '' : `\n${help}`}`;
}
