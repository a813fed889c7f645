import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../../tooling/errors.ts';
import { assertOwnCluster, assertSameMajor } from './cluster.ts';

it('a database of another user is refused, with its folder, both users and what to do', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cluster-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const { uid } = statSync(dir);
  assertOwnCluster(dir, uid + 1);

  const data = join(dir, 'data');
  mkdirSync(data);
  assertOwnCluster(dir, uid);
  const refusal = () => assertOwnCluster(dir, uid + 1);
  expect(refusal).toThrow(UserError);
  for (const part of [data, `user id ${uid}`, `user id ${uid + 1}`, '--data-dir']) expect(refusal).toThrow(part);
});

it('a database of another major version is refused, with both versions and what to do', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cluster-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  assertSameMajor(dir, '18');
  mkdirSync(join(dir, 'data'));
  writeFileSync(join(dir, 'data', 'PG_VERSION'), '17\n');
  assertSameMajor(dir, '17');
  const refusal = () => assertSameMajor(dir, '18');
  expect(refusal).toThrow(UserError);
  for (const part of [join(dir, 'data'), 'Postgres 17', 'Postgres 18', 'npm run reset']) expect(refusal).toThrow(part);
});
