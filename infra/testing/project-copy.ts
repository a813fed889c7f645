import { cpSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** What a copy does not need to be synthesized and run. */
const LEFT_BEHIND = /^(\..*|cdk\.out|coverage|docs|node_modules|tests)$/;

/**
 * A copy of the project's sources in a temporary folder. It can be changed, synthesized and run.
 *
 * @param prefix what the folder's name begins with
 */
export function copyProject(prefix = 'project copy-'): string {
  const project = mkdtempSync(join(tmpdir(), prefix));
  const sources = readdirSync(REPOSITORY).filter((name) => !LEFT_BEHIND.test(name));
  for (const source of sources) cpSync(join(REPOSITORY, source), join(project, source), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(project, 'node_modules'));
  return project;
}
