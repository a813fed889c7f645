import { startVitest } from 'vitest/node';
import { runCommand } from '../../tooling/command-line.ts';
import { REPOSITORY } from '../../tooling/paths.ts';
import { type Settings, verifyCommand } from './command.ts';
import { findDeployment } from './deployment.ts';
import { VerifyReport } from './report.ts';

await runCommand(
  verifyCommand(async (settings) => {
    process.exitCode = (await verify(settings)) ? 0 : 1;
  }),
);

/** Runs the contract tests against a deployment. @returns whether all of them passed */
async function verify(settings: Settings): Promise<boolean> {
  const begun = performance.now();
  const { deployment, placed } = await findDeployment(settings);
  console.log(`Verifying ${deployment.url} with orders of ${deployment.user}`);
  const report = new VerifyReport(console.log, placed);
  const vitest = await startVitest('test', [], {
    config: false,
    root: REPOSITORY,
    include: ['tests/contract/*.test.ts'],
    provide: { deployment },
    reporters: [report],
    watch: false,
    cache: false,
    // One after the other, so that the report is in order and the deployment is not under load.
    fileParallelism: false,
    isolate: false,
    pool: 'threads',
    testTimeout: 60_000,
  });
  await vitest.close();
  console.log(`\n${report.summary(deployment.user, (performance.now() - begun) / 1_000)}`);
  return report.isSound;
}
