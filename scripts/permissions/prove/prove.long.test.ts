import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { newDataDir, type Run, removeFolder, startRun } from '../../../tests/support/run.ts';
import { prove } from './prove.ts';
import { proofLine } from './report.ts';
import { System } from './system.ts';

/** `npm run permissions -- --prove` takes them all, which takes more time than a test should. */
const EVERY = 6;
const LIMIT_MS = 900_000;

const dataDir = newDataDir(inject('seed'));
let run: Run;
beforeAll(async () => {
  run = await startRun(dataDir);
});
afterAll(async () => {
  await run?.end('SIGINT');
  removeFolder(dataDir);
});

it('a step of the system notices each statement that a role loses, unless it is listed', {
  timeout: LIMIT_MS,
}, async () => {
  const system = new System(run.addresses);
  const signal = AbortSignal.timeout(LIMIT_MS);
  const proofs = await prove({ system, runnerPid: run.pid, signal, every: EVERY, report: () => {} });
  system.close();
  const lines = (kind: string) => proofs.filter(({ verdict }) => verdict.kind === kind).map(proofLine);
  expect(lines('unnoticed')).toEqual([]);
  expect(lines('noticed').length).toBeGreaterThan(4);
});
