import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { useTemporaryFolder } from './tests/setup/temporary-folder.ts';

useTemporaryFolder();

const TREES = '{functions,frontend,infra,local,localstack,scripts,tooling}';
/** A test file's suffix names its tier. */
const ENGINE = '**/*.engine.test.ts';
const LONG = '**/*.long.test.ts';
const SOAK = '**/*.soak.test.ts';
const OTHER_TIERS = ['**/node_modules/**', ENGINE, LONG, SOAK];

/**
 * A project is a tier; package.json says which of them a script runs. They run one after the other, fast ones first. Time
 * limits are there to end what hangs, also on a machine that is busy.
 */
const project = (
  order: number,
  name: string,
  test: NonNullable<TestProjectInlineConfiguration['test']>,
): TestProjectInlineConfiguration => ({
  test: { name, sequence: { groupOrder: order }, expect: { poll: { timeout: 30_000, interval: 50 } }, ...test },
});

export default defineConfig({
  test: {
    // Engines take their time to stop on a busy machine.
    teardownTimeout: 60_000,
    reporters: ['default', './tests/setup/count-reporter.ts'],
    projects: [
      project(1, 'unit', {
        include: [`${TREES}/**/*.test.ts`, 'tests/*.test.ts', 'tests/moving/*.test.ts'],
        exclude: OTHER_TIERS,
        testTimeout: 120_000,
        hookTimeout: 120_000,
        // Files share what they import, aws-cdk-lib above all, which takes half of the time when each loads its own. So a
        // test puts back whatever it changes of the process: timers, variables, trusted certificates.
        isolate: false,
        // They wait more than they compute.
        maxWorkers: '100%',
      }),
      project(2, 'engine', {
        include: [`${TREES}/${ENGINE}`],
        globalSetup: ['tests/setup/shared-engines.ts'],
        testTimeout: 120_000,
        hookTimeout: 180_000,
        maxWorkers: 4,
      }),
      project(3, 'system', {
        include: ['tests/{contract,e2e,browser}/**/*.test.ts'],
        exclude: OTHER_TIERS,
        globalSetup: ['tests/setup/running-system.ts'],
        testTimeout: 120_000,
        hookTimeout: 300_000,
        fileParallelism: false,
      }),
      project(4, 'long', {
        include: [`{${TREES},tests}/${LONG}`],
        globalSetup: ['tests/setup/synthesized-app.ts'],
        testTimeout: 300_000,
        hookTimeout: 400_000,
        fileParallelism: false,
      }),
      project(5, 'soak', {
        include: [`tests/${SOAK}`],
        testTimeout: 3_600_000,
        fileParallelism: false,
      }),
    ],
  },
});
