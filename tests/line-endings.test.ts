import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
/** A shell would not run it, and its hash would be another, with carriage returns. */
const SCRIPT = '.ci/run';

it('a clone has the same line endings everywhere, also where Git is set to convert them', () => {
  const clone = mkdtempSync(join(tmpdir(), 'clone-'));
  const git = (...args: string[]) => execFileSync('git', ['-c', 'core.autocrlf=true', ...args], { cwd: clone });
  git('init', '--quiet');
  for (const file of ['.gitattributes', SCRIPT]) cpSync(join(ROOT, file), join(clone, basename(file)));
  git('add', '.');
  rmSync(join(clone, basename(SCRIPT)));
  git('checkout-index', '--all');
  expect(readFileSync(join(clone, basename(SCRIPT)))).toEqual(readFileSync(join(ROOT, SCRIPT)));
});
