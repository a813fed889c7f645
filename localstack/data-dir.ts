import { dirname } from 'node:path';
import { claimDataDir } from '../tooling/data-dir.ts';

/**
 * Makes the folder for everything about LocalStack, and the data folder around it, known as a run's own.
 *
 * @throws UserError when one of them cannot be written, or holds things that no run made
 */
export function claimLocalStackDir(dir: string): void {
  claimDataDir(dirname(dir));
  claimDataDir(dir);
}
