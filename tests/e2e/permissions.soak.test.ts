import { expect, it } from 'vitest';
import { runToEnd } from '../support/run.ts';

it('a step of the system notices each statement that a role loses, unless it is listed', async () => {
  const { code, output } = await runToEnd(['--prove'], process.env, 'scripts/permissions/main.ts');
  expect(output).toMatch(/Share 1\/1, \d+ statements: \d+ noticed, \d+ listed, 0 unnoticed/);
  expect(code).toBe(0);
});
