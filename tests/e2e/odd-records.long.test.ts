import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runWithOddRecords } from '../support/odd-records-run.ts';
import { newDataDir, type Run, removeFolder, startRun } from '../support/run.ts';

const dataDir = newDataDir(inject('seed'));
let run: Run;

beforeAll(async () => {
  run = await startRun(dataDir);
});
afterAll(async () => {
  await run?.end('SIGINT');
  removeFolder(dataDir);
});

it('confirms every good order among odd records, and accounts for each odd one', async () => {
  const { unconfirmed, lost, pending } = await runWithOddRecords(run, { records: 4_000, seed: 1, drainSeconds: 240 });
  expect(unconfirmed).toEqual([]);
  expect(lost).toEqual([]);
  expect(pending).toEqual([]);
}, 600_000);
