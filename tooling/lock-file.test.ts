import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { releaseLock, takeLock } from './lock-file.mjs';

const newFolder = () => mkdtempSync(join(tmpdir(), 'lock-file-'));
const isLive = (holder: string) => holder !== 'gone';

it('is taken once, until it is given back by whoever has it', () => {
  const file = join(newFolder(), 'lock');
  expect(takeLock(file, 'a', isLive)).toBeUndefined();
  expect(takeLock(file, 'b', isLive)).toBe('a');
  releaseLock(file, 'b');
  expect(takeLock(file, 'b', isLive)).toBe('a');
  releaseLock(file, 'a');
  expect(takeLock(file, 'b', isLive)).toBeUndefined();
});

it('is taken from a holder that is gone, and leaves nothing else behind', () => {
  const folder = newFolder();
  const file = join(folder, 'lock');
  writeFileSync(file, 'gone');
  expect(takeLock(file, 'a', isLive)).toBeUndefined();
  expect([readdirSync(folder), readFileSync(file, 'utf8')]).toEqual([['lock'], 'a']);
});

it('is not taken from whoever took it while the holder before was found gone', () => {
  const file = join(newFolder(), 'lock');
  writeFileSync(file, 'gone');
  const foundGone = (holder: string) => {
    // Meanwhile another process finds the same, and takes it.
    if (holder === 'gone') expect(takeLock(file, 'b', isLive)).toBeUndefined();
    return isLive(holder);
  };
  expect(takeLock(file, 'a', foundGone)).toBe('b');
});

it('is taken although whoever was about to remove a former one is gone too', () => {
  const file = join(newFolder(), 'lock');
  writeFileSync(file, 'gone');
  writeFileSync(`${file}.stale`, 'gone');
  expect(takeLock(file, 'a', isLive)).toBeUndefined();
});

/** Takes the lock many times, each time from a holder that is gone, and says when two have it at once. */
const TAKER = `
  import { writeFileSync, rmSync } from 'node:fs';
  import { takeLock } from ${JSON.stringify(join(import.meta.dirname, 'lock-file.mjs'))};
  const [, file, rounds] = process.argv;
  const isLive = (holder) => holder !== 'gone';
  for (let round = 0; round < Number(rounds); round += 1) {
    while (takeLock(file, String(process.pid), isLive) !== undefined);
    writeFileSync(file + '.inside', '', { flag: 'wx' });
    rmSync(file + '.inside');
    // As if this process were killed now.
    writeFileSync(file, 'gone');
  }`;

it('has one holder at a time when several processes find it stale', async () => {
  const file = join(newFolder(), 'lock');
  writeFileSync(file, 'gone');
  const takers = [1, 2, 3].map(() =>
    spawn(process.execPath, ['--input-type=module', '-e', TAKER, file, '50'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  expect(await Promise.all(takers.map((taker) => once(taker, 'exit')))).toEqual(takers.map(() => [0, null]));
});
