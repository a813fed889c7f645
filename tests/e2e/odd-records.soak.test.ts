import { expect, it, onTestFinished } from 'vitest';
import { runWithOddRecords } from '../support/odd-records-run.ts';
import { newDataDir, removeFolder, startRun } from '../support/run.ts';

const records = Number(process.env.SOAK_RECORDS ?? 200_000);
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));

it(`confirms every good order among ${records} records, accounts for each odd one, and needs no more memory at the end`, async () => {
  const dataDir = newDataDir();
  onTestFinished(() => removeFolder(dataDir));
  const run = await startRun(dataDir);
  onTestFinished(async () => void (await run.end('SIGINT')));
  console.log(`SOAK_SEED=${seed} repeats this run.`);
  const outcome = await runWithOddRecords(run, { records, seed, drainSeconds: 3_000 });
  console.table(outcome.figures);
  expect(outcome.unconfirmed).toEqual([]);
  expect(outcome.lost).toEqual([]);
  expect(outcome.pending).toEqual([]);
  const { 'MB in the middle': middle = 0, 'MB at the end': end } = outcome.figures;
  expect(end).toBeLessThan(1.5 * middle);
});
