import { expect, it, onTestFinished } from 'vitest';
import { launch } from '../support/run.ts';

it('users move to a shard of their own and back while orders come in: nothing is lost, doubled or missing on a list, although the mover is killed in the middle', {
  timeout: 1_200_000,
}, async () => {
  const sizes = ['--stored', '5000', '--users', '100', '--orders', '300', '--clients', '4', '--seed', '17'];
  const { child, output } = launch('scripts/chaos/main.ts', ['--move', ...sizes]);
  onTestFinished(() => void child.kill());
  await expect.poll(() => child.exitCode, { timeout: 1_190_000 }).not.toBeNull();

  const text = output();
  expect(text).toMatch(/kill -9 of the mover/);
  expect(text.match(/everybody has moved: [1-9]\d* orders/g), text).toHaveLength(2);
  for (const what of [
    'lost',
    'doubled \\(in effect\\)',
    'events out of order',
    'lists with a gap or a double',
    'creates that failed after one retry',
    'users with two owners, none, or orders elsewhere',
  ]) {
    expect(text).toMatch(new RegExp(`${what} +0$`, 'm'));
  }
  expect(text).toMatch(/lists read from end to end +[1-9]\d*$/m);
  expect(child.exitCode, text).toBe(0);
});
