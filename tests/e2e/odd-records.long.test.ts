import { expect, it } from 'vitest';
import { runWithOddRecords } from '../support/odd-records-run.ts';
import { runOfFile } from '../support/run-of-file.ts';

const run = runOfFile();

it('confirms every good order among odd records, and accounts for each odd one', async () => {
  const { unconfirmed, lost, pending } = await runWithOddRecords(run, { records: 4_000, seed: 1, drainSeconds: 240 });
  expect(unconfirmed).toEqual([]);
  expect(lost).toEqual([]);
  expect(pending).toEqual([]);
}, 600_000);
