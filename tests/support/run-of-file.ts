import { afterAll, beforeAll, inject } from 'vitest';
import { newDataDir, type Run, removeFolder, startRun } from './run.ts';

/**
 * A run of its own for the tests of a file: it is up before the first of them, and gone after the last.
 *
 * @param args as {@link startRun} takes them
 * @returns that run; what it is known by is there in tests and hooks alone, its data folder from the beginning
 */
export function runOfFile(args: readonly string[] = []): Run {
  const dataDir = newDataDir(inject('seed'));
  let started: Run | undefined;
  const run = () => {
    if (started === undefined) throw new Error('The run has not been started yet: it is for tests and hooks.');
    return started;
  };
  beforeAll(async () => {
    started = await startRun(dataDir, args);
  });
  afterAll(async () => {
    await started?.end('SIGINT');
    removeFolder(dataDir);
  });
  return {
    dataDir,
    get addresses() {
      return run().addresses;
    },
    get pid() {
      return run().pid;
    },
    output: () => run().output(),
    end: (signal) => run().end(signal),
  };
}
