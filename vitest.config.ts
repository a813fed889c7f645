import { defineConfig } from 'vitest/config';

const ENGINE_TESTS = '**/*.engine.test.ts';
const TEMPORARY_FOLDER = 'tests/setup/temporary-folder.ts';
const TREES = '{functions,frontend,infra,local,localstack,scripts,tooling}';

/** Projects run one after the other, fast ones first: a slip shows in seconds, not after the engines have started. */
export default defineConfig({
  test: {
    reporters: ['default', './tests/setup/count-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: [TEMPORARY_FOLDER],
          include: [`${TREES}/**/*.test.ts`, 'tests/*.test.ts'],
          exclude: [ENGINE_TESTS, '**/node_modules/**'],
          testTimeout: 20_000,
          // Files share what they import, aws-cdk-lib above all, which takes half of the time when each loads its own. So a
          // test puts back whatever it changes of the process: timers, variables, trusted certificates.
          isolate: false,
          // They wait more than they compute.
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'engines',
          globalSetup: [TEMPORARY_FOLDER],
          include: [`${TREES}/${ENGINE_TESTS}`],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'system',
          include: ['tests/{e2e,browser}/**/*.test.ts'],
          globalSetup: [TEMPORARY_FOLDER, 'tests/setup/running-system.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'localstack',
          include: ['tests/localstack/**/*.test.ts'],
          globalSetup: [TEMPORARY_FOLDER],
          testTimeout: 180_000,
          hookTimeout: 400_000,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
