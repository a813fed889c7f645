import { beforeEach, expect, it } from 'vitest';
import type { TestCase, TestModule } from 'vitest/node';
import { VerifyReport } from './report.ts';

let lines: string[];
let report: VerifyReport;
beforeEach(() => {
  lines = [];
  report = new VerifyReport((line) => lines.push(line), ['id-0']);
});

function finish(state: string, errors: object[] = [], placedOrders: string[] = []): void {
  report.onTestCaseResult({
    name: 'quantity 0 is a 400',
    parent: { type: 'suite', fullName: 'bad input' },
    result: () => ({ state, errors }),
    meta: () => ({ placedOrders }),
  } as unknown as TestCase);
}

it('prints a line for each check under its subject', () => {
  finish('passed');
  finish('skipped');
  expect(lines).toEqual(['\nbad input', '  ok    quantity 0 is a 400', '  -     quantity 0 is a 400']);
});

it('prints what was wrong, in lines that do not steer the terminal', () => {
  finish('failed', [{ message: 'got 502 \u001b[2J\u0007<h1>', diff: '- a\n+ b' }]);
  expect(lines.slice(1)).toEqual([
    '  FAIL  quantity 0 is a 400',
    '        got 502 \\u0007<h1>',
    '        - a',
    '        + b',
  ]);
});

it('counts the checks and names the orders at the end', () => {
  finish('passed', [], ['id-1', 'id-2']);
  finish('failed', [{ message: 'no' }], ['id-2']);
  finish('skipped');
  expect(report.summary('verify-1', 1.26).split('\n')).toEqual([
    '2 checks in 1.3 s: 1 passed, 1 failed, 1 not applicable.',
    'Placed 3 orders, most of them for verify-1. They stay there:',
    '  id-0',
    '  id-1',
    '  id-2',
  ]);
});

it('calls a deployment sound when tests passed and none failed, not even to load', () => {
  expect(report.isSound).toBe(false);
  finish('passed');
  expect(report.isSound).toBe(true);
  report.onTestRunEnd([{ errors: () => [{ message: 'cannot be loaded' }] } as unknown as TestModule], []);
  expect(report.isSound).toBe(false);
});
