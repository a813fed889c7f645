import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashOfFile } from './file-hash.ts';

it('a file is read again once it was written, however soon after the last time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hash-'));
  const file = join(folder, 'file');
  expect([hashOfFile(file), hashOfFile(folder)]).toEqual([undefined, undefined]);
  // Of the same length: the clock of the file system, which may stand still meanwhile, is all that could tell.
  const hashes = Array.from({ length: 50 }, (_, index) => {
    writeFileSync(file, String.fromCharCode(65 + index));
    return hashOfFile(file);
  });
  expect(new Set(hashes).size).toBe(50);
  expect(hashOfFile(file)).toBe(hashes.at(-1));
  rmSync(folder, { recursive: true });
});
