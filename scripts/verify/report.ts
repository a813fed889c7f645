import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { printable } from '../../tooling/printable.ts';

const LABELS = { passed: 'ok  ', failed: 'FAIL', skipped: '-   ', pending: '-   ' } as const;
const LONGEST_LINE = 400;

/** Prints one line for each check, and what was wrong with those that failed. */
export class VerifyReport implements Reporter {
  readonly #print: (line: string) => void;
  #subject = '';
  readonly #counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
  /** Ids of the orders that the checks have placed. */
  readonly placed: Set<string>;

  /** @param placed ids of orders that were placed before */
  constructor(print: (line: string) => void, placed: Iterable<string> = []) {
    this.#print = print;
    this.placed = new Set(placed);
  }

  onTestCaseResult(test: TestCase): void {
    const subject = test.parent.type === 'suite' ? test.parent.fullName : test.module.moduleId;
    if (subject !== this.#subject) this.#print(`\n${subject}`);
    this.#subject = subject;
    const { state, errors = [] } = test.result();
    this.#counts[state] += 1;
    this.#print(`  ${LABELS[state]}  ${lineOf(test.name)}`);
    for (const { message, diff } of errors) this.#printError(diff ? `${message}\n${diff}` : message);
    for (const id of test.meta().placedOrders ?? []) this.placed.add(id);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly { message: string; stack?: string }[]): void {
    const errors = [...modules.flatMap((module) => module.errors()), ...unhandledErrors];
    this.#counts.failed += errors.length;
    for (const { message, stack } of errors) this.#printError(stack ?? message);
  }

  /** The end of the report: how many checks passed, and which orders were placed for whom. */
  summary(user: string, seconds: number): string {
    const { passed, failed, skipped } = this.#counts;
    const checks = `${passed + failed} checks in ${seconds.toFixed(1)} s: ${passed} passed, ${failed} failed`;
    return [
      skipped > 0 ? `${checks}, ${skipped} not applicable.` : `${checks}.`,
      this.placed.size === 0
        ? 'No order was placed.'
        : `Placed ${this.placed.size} orders, most of them for ${user}. They stay there:`,
      ...[...this.placed].map((id) => `  ${lineOf(id)}`),
    ].join('\n');
  }

  /** Whether the deployment keeps the contract. */
  get isSound(): boolean {
    return this.#counts.passed > 0 && this.#counts.failed === 0;
  }

  #printError(text: string): void {
    for (const line of stripVTControlCharacters(text).split('\n')) this.#print(`        ${lineOf(line)}`);
  }
}

/** What a deployment sends must not steer the terminal, nor flood it. */
function lineOf(line: string): string {
  const text = printable(line);
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE - 1)}…` : text;
}
