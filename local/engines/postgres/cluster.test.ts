import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../../tooling/errors.ts';
import { assertOwnCluster } from './cluster.ts';

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
