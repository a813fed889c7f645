import { expect, it } from 'vitest';
import { runToEnd } from '../run.ts';

it('loses and doubles nothing when everything is killed in turn', { timeout: 300_000 }, async () => {
  const { code, output } = await runToEnd(['--orders', '300', '--kills', '1'], process.env, 'scripts/chaos/main.ts');
  expect(output).toContain('Every order took effect exactly once.');
  expect(output).toMatch(/lost +0$/m);
  expect(output).toMatch(/doubled \(in effect\) +0$/m);
  expect(code).toBe(0);
});
