import type { TestProject } from 'vitest/node';
import { newDataDir, removeFolder, runToEnd } from '../support/run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A data folder that holds the synthesized app. */
    seed: string;
  }
}

/**
 * Synthesizes the app once for all tests that start a run of their own.
 *
 * @throws Error with what the command printed when it fails
 */
export default async function setup(project: TestProject) {
  const seed = newDataDir();
  const { code, output } = await runToEnd(['--explain', '--data-dir', seed]);
  if (code !== 0) throw new Error(`The app cannot be synthesized:\n${output}`);
  project.provide('seed', seed);
  return () => removeFolder(seed);
}
