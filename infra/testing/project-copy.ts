import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** Everything that runs, beside the packages. */
const SOURCES = [
  'cdk.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'frontend',
  'functions',
  'infra',
  'local',
  'localstack',
  'scripts',
];

/** A copy of the project's sources in a temporary folder, whose path has a blank in it. It can be changed, synthesized and run. */
export function copyProject(): string {
  const project = mkdtempSync(join(tmpdir(), 'project copy-'));
  for (const source of SOURCES) cpSync(join(REPOSITORY, source), join(project, source), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(project, 'node_modules'));
  return project;
}
