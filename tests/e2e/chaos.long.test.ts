import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type OwnAddresses, readOwnAddresses } from '../../scripts/own-addresses.ts';
import { relayEverything } from '../support/clients.ts';
import { launch } from '../support/run.ts';

it('loses and doubles nothing when everything is killed in turn', { timeout: 600_000 }, async () => {
  const { child, output } = launch('scripts/chaos/main.ts', ['--orders', '300', '--kills', '1']);
  onTestFinished(() => void child.kill());
  const exitCode = async () => {
    const [, folder = ''] = /data in (\S+);.*waiting until nothing is in flight/s.exec(output()) ?? [];
    // Once all orders are placed, instead of waiting for the relay's next minute.
    if (folder !== '' && !output().includes('comparing')) {
      await relayEverything(readOwnAddresses(join(folder, 'data')) as OwnAddresses);
    }
    return child.exitCode;
  };
  await expect.poll(exitCode, { timeout: 570_000 }).not.toBeNull();

  expect(output()).toContain('Every order took effect exactly once.');
  expect(output()).toMatch(/lost +0$/m);
  expect(output()).toMatch(/doubled \(in effect\) +0$/m);
  expect(child.exitCode).toBe(0);
});
