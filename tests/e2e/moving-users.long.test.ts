import { expect, it, onTestFinished } from 'vitest';
import { launch } from '../support/run.ts';

const NONE = [
  'lost',
  'doubled \\(in effect\\)',
  'events out of order',
  'lists with a gap or a double',
  'users with two owners, none, or orders elsewhere',
  'what shards say against the map',
  'requests without a response, the runner being up',
];

it.each([
  ['the mover is killed and stopped', ['--only', 'mover', '--kills', '2', '--stalls', '2', '--seed', '17']],
  ['everything is killed and stopped once', ['--kills', '1', '--stalls', '1', '--seed', '3']],
])(
  'users move to a shard of their own and back while orders come in: nothing is lost, doubled or missing on a list, although %s',
  { timeout: 1_500_000 },
  async (_what, faults) => {
    const sizes = ['--stored', '5000', '--users', '100', '--orders', '300', '--clients', '4', '--drain', '600'];
    const { child, output } = launch('scripts/chaos/main.ts', ['--move', ...sizes, ...faults]);
    onTestFinished(() => void child.kill());
    await expect.poll(() => child.exitCode, { timeout: 1_490_000 }).not.toBeNull();

    const text = output();
    for (const fault of [/kill -9 of mover/, /a stop for \d.\d s of mover/]) expect(text).toMatch(fault);
    expect(text.match(/everybody has moved: [1-9]\d* orders/g), text).toHaveLength(2);
    for (const what of NONE) expect(text).toMatch(new RegExp(`${what} +0$`, 'm'));
    expect(text).toMatch(/lists read from end to end +[1-9]\d*$/m);
    expect(child.exitCode, text).toBe(0);
  },
);
