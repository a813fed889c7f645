import type { Result } from './suite.ts';
import type { Verification } from './verify.ts';

const LABELS = { passed: 'ok  ', failed: 'FAIL', unchecked: '-   ' } as const;

/** One check as lines: what the contract says and, when it is not so, what came instead. */
export function resultText({ claim, outcome, expected, got }: Result): string {
  const lines = [`  ${LABELS[outcome]}  ${claim}`];
  if (expected !== undefined) lines.push(`        expected  ${expected}`);
  if (got !== undefined)
    lines.push(outcome === 'unchecked' ? `        not checked: ${got}` : `        got       ${got}`);
  return lines.join('\n');
}

/** The end of the report: how many checks passed, and which orders were placed. */
export function summaryText({ results, created, user }: Verification, seconds: number): string {
  const count = (wanted: Result['outcome']) => results.filter(({ outcome }) => outcome === wanted).length;
  const counts = [`${count('passed')} passed`, `${count('failed')} failed`];
  if (count('unchecked') > 0) counts.push(`${count('unchecked')} not checked`);
  const orders =
    created.length === 0
      ? ['No order was placed.']
      : [`Placed ${created.length} orders of ${user}, which stay there:`, ...created.map((id) => `  ${id}`)];
  return [`${results.length} checks in ${seconds.toFixed(1)} s: ${counts.join(', ')}.`, ...orders].join('\n');
}

/** Whether the deployment keeps the contract. */
export function isSound({ results }: Verification): boolean {
  return results.every(({ outcome }) => outcome === 'passed');
}
