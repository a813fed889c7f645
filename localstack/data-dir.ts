import { dirname, join } from 'node:path';
import { claimDataDir } from '../local/engines/processes/data-dir-lock.ts';

/** The folder for everything about LocalStack, inside a data folder. */
export function localStackDirOf(dataDir: string): string {
  return join(dataDir, 'localstack');
}

/**
 * Makes the folder for everything about LocalStack, and the data folder around it, known as a run's own.
 *
 * @throws UserError when one of them cannot be written, or holds things that no run made
 */
export function claimLocalStackDir(dir: string): void {
  claimDataDir(dirname(dir));
  claimDataDir(dir);
}
