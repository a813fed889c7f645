import { expect, it } from 'vitest';
import { runOfFile } from '../../../tests/support/run-of-file.ts';
import { prove } from './prove.ts';
import { proofLine } from './report.ts';
import { shareOfDay } from './share.ts';
import { System } from './system.ts';

/** Another share each day: all take more time than a test should. `tests/e2e/permissions.soak.test.ts` takes them all. */
const share = shareOfDay(6, new Date());
const LIMIT_MS = 900_000;

const run = runOfFile();

it('a step of the system notices each statement that a role loses, unless it is listed', {
  timeout: LIMIT_MS,
}, async () => {
  const system = new System(run.addresses);
  const signal = AbortSignal.timeout(LIMIT_MS);
  console.info(`To take the same statements again: npm run permissions -- --prove --share ${share.part}/${share.of}`);
  const proofs = await prove({ system, runnerPid: run.pid, signal, share, report: () => {} });
  system.close();
  const lines = (kind: string) => proofs.filter(({ verdict }) => verdict.kind === kind).map(proofLine);
  expect(lines('unnoticed')).toEqual([]);
  expect(lines('noticed').length).toBeGreaterThan(4);
});
