import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Addresses } from '../../local/start.ts';
import { relayEverything } from '../support/clients.ts';
import { launch, waitFor } from '../support/run.ts';

it('loses and doubles nothing when everything is killed in turn', { timeout: 240_000 }, async () => {
  const { child, output } = launch('scripts/chaos/main.ts', ['--orders', '300', '--kills', '1', '--drain', '150']);
  let ended = false;
  const end = once(child, 'close').then(() => {
    ended = true;
  });
  await waitFor(() => expect(ended || output().includes('waiting until nothing is in flight')).toBe(true), {
    seconds: 120,
  });
  const [, folder = ''] = /data in (\S+);/.exec(output()) ?? [];
  const addresses: Addresses = JSON.parse(readFileSync(join(folder, 'data', 'addresses.json'), 'utf8'));
  await waitFor(
    async () => {
      if (!ended && !output().includes('comparing')) await relayEverything(addresses);
      expect(output()).toMatch(/comparing|still not drained/);
    },
    { seconds: 180 },
  );
  await end;

  expect(output()).toContain('Every order took effect exactly once.');
  expect(output()).toMatch(/lost +0$/m);
  expect(output()).toMatch(/doubled \(in effect\) +0$/m);
  expect(child.exitCode).toBe(0);
});
