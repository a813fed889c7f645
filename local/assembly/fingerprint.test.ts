import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { claimDataDir } from '../../tooling/data-dir.ts';
import { fingerprint as fingerprintOf } from './fingerprint.ts';

const CONTEXT = { stage: 'dev', target: 'aws' };
let repository: string;

const fingerprint = (folder: string, context: Readonly<Record<string, string>>) =>
  fingerprintOf({ folder, irrelevant: /^(docs|local)\/|^scripts\/(?!migrations\/)|\.test\.ts$/ }, context);

function write(path: string, content = ''): void {
  const file = join(repository, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const git = (...args: string[]) => execFileSync('git', args, { cwd: repository });

describe.each(['with git', 'without git'])('the fingerprint of the sources, %s', (how) => {
  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), 'fingerprint '));
    write('cdk.json', '{}');
    write('infra/app.ts', 'one');
    write('infra/old.ts');
    if (how === 'without git') return;
    write('.gitignore', 'cdk.out/\nnode_modules/\n');
    git('init', '--quiet');
    git('add', '.');
  });

  it.each([
    ['a source', () => write('infra/app.ts', 'two')],
    ['a new file', () => write('infra/new.ts')],
    ['a new folder that nothing names', () => write('brand-new/folder/file.sql')],
    ['a migration', () => write('scripts/migrations/005.sql')],
    ['the lock file', () => write('package-lock.json')],
    ['a deleted file', () => rmSync(join(repository, 'infra/old.ts'))],
    ['a moved file', () => renameSync(join(repository, 'infra/old.ts'), join(repository, 'infra/moved.ts'))],
  ])('changes with %s', async (_, change) => {
    const before = await fingerprint(repository, CONTEXT);
    change();
    expect(await fingerprint(repository, CONTEXT)).not.toBe(before);
  });

  it.each([
    'infra/app.test.ts',
    'docs/a.md',
    'local/a.ts',
    'scripts/a.ts',
    'cdk.out/a.json',
    'node_modules/a/index.js',
  ])('stays with a new %s', async (path) => {
    const before = await fingerprint(repository, CONTEXT);
    write(path);
    expect(await fingerprint(repository, CONTEXT)).toBe(before);
  });

  it('stays with what runs keep in a data folder of any name', async () => {
    const before = await fingerprint(repository, CONTEXT);
    claimDataDir(join(repository, 'data/folder'));
    write('data/folder/postgres/1');
    expect(await fingerprint(repository, CONTEXT)).toBe(before);
  });

  it('changes with the context, in whatever order that is given', async () => {
    const before = await fingerprint(repository, CONTEXT);
    expect(await fingerprint(repository, { target: 'aws', stage: 'dev' })).toBe(before);
    expect(await fingerprint(repository, { ...CONTEXT, stage: 'prod' })).not.toBe(before);
  });
});
