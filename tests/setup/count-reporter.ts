import type { Reporter, TestModule } from 'vitest/node';

/** Closes a run with one plain line that any CI can read: `tests: 12 passed, 0 failed`. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    // A module that could not be loaded counts as one failure, although Vitest lists no failed test for it.
    let failed = unhandledErrors.length;
    for (const module of modules) {
      const results = [...module.children.allTests()].map((test) => test.result().state);
      passed += results.filter((state) => state === 'passed').length;
      const failures = results.filter((state) => state === 'failed').length;
      failed += failures === 0 && module.state() === 'failed' ? 1 : failures;
    }
    console.log(`tests: ${passed} passed, ${failed} failed`);
  }
}
