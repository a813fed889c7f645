import { expect, it } from 'vitest';
import type { BenchResult } from '../../scripts/bench/report.ts';
import { runToEnd } from '../support/run.ts';

/** So small that the figures say nothing, but they are all there. */
const SMALL = ['--seconds', '1', '--rounds', '1', '--clients', '1,2'];

it('measures each part of the bench', { timeout: 900_000 }, async () => {
  const { code, output } = await runToEnd(['--json', ...SMALL], process.env, 'scripts/bench/main.ts');
  expect(code, output).toBe(0);
  const { machine, parts } = JSON.parse(output.slice(output.indexOf('\n{'))) as BenchResult;
  expect(machine.commit).toMatch(/^[0-9a-f]{7,}\+?$/);
  const value = (part: string, what: string, of: string) =>
    parts[part]?.find((figure) => figure.what === what && figure.of === of)?.value;

  for (const of of ['1 client', '2 clients']) {
    expect(value('create', 'errors', of)).toBe(0);
    for (const what of [
      'orders a second, ratio',
      'CPU per order, ratio',
      'p50, ms',
      'CPU per order of runner, ms',
      'CPU per order of create-order, ms',
      'CPU per order of kafka, ms',
    ]) {
      expect(value('create', what, of), what).toBeGreaterThan(0);
    }
  }
});
