import { expect, it } from 'vitest';
import { runToEnd } from '../support/run.ts';

it.each([
  ['everything is killed in turn, again and again', ['--orders', '5000', '--kills', '6', '--drain', '900']],
  // The last commit before users could move between shards.
  [
    'half of the events go to the release before while users move',
    ['--beside', 'ee4c4c8', '--only', 'mover', '--drain', '1800'],
  ],
  ['Kafka hangs', ['--outage', 'kafka', '--seconds', '120', '--drain', '900']],
  ['S3 hangs', ['--outage', 's3', '--seconds', '120', '--drain', '900']],
  ['both hang', ['--outage', 'both', '--seconds', '120', '--drain', '900']],
])('loses and doubles nothing when %s', async (_what, args) => {
  const { code, output } = await runToEnd(args, process.env, 'scripts/chaos/main.ts');
  expect(output).toContain('Every order took effect exactly once.');
  expect(code).toBe(0);
});
