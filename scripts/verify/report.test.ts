import { expect, it } from 'vitest';
import { isSound, resultText, summaryText } from './report.ts';
import type { Result } from './suite.ts';

const passed: Result = { subject: 'health', claim: 'GET /health finds every part up', outcome: 'passed' };
const failed: Result = { ...passed, outcome: 'failed', expected: 'status 200', got: 'status 503' };
const unchecked: Result = { ...passed, outcome: 'unchecked', got: 'there is no order to ask for' };

it('a check is a line, with what was expected and what came when these differ', () => {
  expect(resultText(passed)).toBe('  ok    GET /health finds every part up');
  expect(resultText(failed)).toBe(
    ['  FAIL  GET /health finds every part up', '        expected  status 200', '        got       status 503'].join(
      '\n',
    ),
  );
  expect(resultText(unchecked)).toContain('not checked: there is no order to ask for');
});

it('the end counts the checks and names the orders', () => {
  const results = [passed, failed, unchecked];
  expect(summaryText({ user: 'verify-1', results, created: ['id-1', 'id-2'] }, 1.26)).toBe(
    [
      '3 checks in 1.3 s: 1 passed, 1 failed, 1 not checked.',
      'Placed 2 orders of verify-1, which stay there:',
      '  id-1',
      '  id-2',
    ].join('\n'),
  );
  expect(summaryText({ user: 'verify-1', results: [passed], created: [] }, 0)).toContain('No order was placed.');
});

it('a deployment is sound when every check was done and passed', () => {
  const verdict = (...results: Result[]) => isSound({ user: 'verify-1', results, created: [] });
  expect([verdict(passed), verdict(passed, failed), verdict(passed, unchecked)]).toEqual([true, false, false]);
});
